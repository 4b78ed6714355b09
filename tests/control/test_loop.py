"""The loop with a rig, a controller, a clock and a link that write down what happens."""

from typing import Any

import pytest

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.control.loop import Loop
from qiki_hil.control.pacer import FreePacer
from qiki_hil.errors import RigError
from qiki_hil.kernels import CLUSTERS
from qiki_hil.rig import Fault, NodeState, Rig

PERIOD_US = 2000
CLOSING = ["read", *["write", "read"] * 10, "close"]
"""How a flight ends: nodes that say for 20 ms that their valves are closed."""


class FakeClock:
    """A microsecond passes with every look at it."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        self.now_ns += 1000
        return self.now_ns


class FakeRig(Rig):
    name = "fake"

    def __init__(self, log: list[Any], *, lockstep: bool = True, fails_at: int = -1) -> None:
        self.log = log
        self.lockstep = lockstep
        self.fails_at = fails_at
        self.writes = 0
        self.close_error: Exception | None = None

    def open(self, period_s: float) -> None:  # noqa: ARG002
        self.log.append("open")

    def read(self, feedback: Any) -> None:
        self.log.append("read")
        for cluster in range(CLUSTERS):
            feedback.set_valves(cluster, (0, 0, 0, 0), 0, NodeState.SILENT)

    def write(self, command: Any) -> None:  # noqa: ARG002
        if self.writes == self.fails_at:
            raise RigError("rig fake: the bus is gone")
        self.writes += 1
        self.log.append("write")

    def close(self) -> None:
        self.log.append("close")
        if self.close_error:
            raise self.close_error

    def truth(self, truth: Any) -> bool:  # noqa: ARG002
        return True

    def inject(self, fault: Fault) -> None:
        fault.check()
        self.log.append(fault)

    @property
    def counters(self) -> dict[str, int]:
        return {"writes": self.writes}


class FakeController:
    def __init__(self, log: list[Any]) -> None:
        self.log = log
        self.steps: list[tuple[Any, ...]] = []
        self.commands: list[tuple[int, int]] = []
        self.pending = 0

    def step(
        self, tick, time_ns, period_ns, _feedback, _valves, command=None, truth=None, timing=None
    ) -> None:
        self.log.append("step")
        self.pending += 1
        self.steps.append((tick, time_ns, period_ns, truth is not None, timing))
        if command is not None:
            decoded = command_pb2.Command.FromString(command)
            self.commands.append((tick, decoded.command_id))

    def take_packet(self) -> bytes:
        packet, self.pending = b"r" * self.pending, 0
        return packet


class FakeLink:
    def __init__(self, log: list[Any], asked: dict[int, list[Any]] | None = None) -> None:
        self.log = log
        self.asked = asked or {}
        self.looks = -1
        self.lost = False
        self.lost_after: int | None = None
        self.dropped = 0
        self.sent: list[tuple[int, int]] = []

    def requests(self) -> list[link_pb2.LoopRequest]:
        self.looks += 1
        if self.looks == self.lost_after:
            self.lost = True
        return self.asked.get(self.looks, [])

    def send_cycles(self, packet: bytes, records: int) -> None:
        self.sent.append((len(packet), records))
        self.log.append("send")


class Bench:
    """A loop and everything around it; `log` has what happened, in order."""

    def __init__(
        self,
        *,
        ticks: int | None = 5,
        timeline: Any = (),
        batch: int = 1,
        timed: bool = False,
        asked: dict[int, list[Any]] | None = None,
        **rig: Any,
    ) -> None:
        self.log: list[Any] = []
        self.rig = FakeRig(self.log, **rig)
        self.controller = FakeController(self.log)
        self.link = FakeLink(self.log, asked)
        self.pacer = FreePacer(PERIOD_US * 1000)
        self.loop = Loop(
            self.rig,
            self.controller,
            self.link,
            self.pacer,
            FakeClock(),
            period_us=PERIOD_US,
            ticks=ticks,
            timeline=timeline,
            records_per_packet=batch,
            timed=timed,
        )

    def run(self) -> link_pb2.LoopEnded:
        return self.loop.run()


def command(number: int) -> command_pb2.Command:
    return command_pb2.Command(command_id=number, hold_pose=command_pb2.HoldPose())


def asking(number: int) -> link_pb2.LoopRequest:
    return link_pb2.LoopRequest(command=command(number))


def rig_fault(nozzle: int, active: bool = True) -> link_pb2.RigFault:
    return link_pb2.RigFault(kind="stuck_closed", target=nozzle, active=active)


def test_a_tick_reads_steps_writes_and_only_then_hands_the_record_over() -> None:
    bench = Bench(ticks=2)
    ended = bench.run()
    assert bench.log == [*["read", "step", "write", "send"] * 2, *CLOSING]
    assert ended.end == link_pb2.LOOP_END_COMPLETED
    assert ended.ticks == 2
    assert ended.valves_closed
    assert dict(ended.rig_counters) == {"writes": 2 + 10}
    assert ended.wall_ns > 0


def test_tick_k_begins_k_periods_after_the_start() -> None:
    bench = Bench(ticks=4)
    bench.run()
    assert [step[:3] for step in bench.controller.steps] == [
        (tick, tick * 2_000_000, 2_000_000) for tick in range(4)
    ]


def test_a_rig_with_time_of_its_own_gives_the_measured_period() -> None:
    bench = Bench(ticks=2, lockstep=False)
    bench.pacer.period_ns = 2_070_000
    bench.run()
    assert [step[2] for step in bench.controller.steps] == [2_070_000] * 2


def test_commands_that_no_tick_was_left_for_are_counted() -> None:
    timeline = [(tick, command(tick)) for tick in range(8)]
    assert Bench(ticks=5, timeline=timeline).run().commands_unanswered == 3
    typed = {4: [asking(9), asking(10)]}
    assert Bench(ticks=5, asked=typed).run().commands_unanswered == 1
    stopped = {2: [link_pb2.LoopRequest(stop=True)]}
    assert Bench(ticks=5, timeline=timeline, asked=stopped).run().commands_unanswered == 0


def test_truth_is_recorded_fifty_times_a_second() -> None:
    bench = Bench(ticks=25)
    bench.run()
    assert [step[0] for step in bench.controller.steps if step[3]] == [0, 10, 20]


def test_faults_go_in_before_the_sensors_of_their_tick_are_read() -> None:
    bench = Bench(ticks=4, timeline=[(1, rig_fault(3)), (3, rig_fault(3, False))])
    bench.run()
    first, last = Fault("stuck_closed", 3), Fault("stuck_closed", 3, active=False)
    tick = ["read", "step", "write", "send"]
    assert bench.log == [*tick, first, *tick, *tick, last, *tick, *CLOSING]


def test_the_controller_takes_one_command_a_tick_in_the_order_of_asking() -> None:
    bench = Bench(ticks=6, asked={1: [asking(1), asking(2), asking(3)]})
    bench.run()
    assert bench.controller.commands == [(1, 1), (2, 2), (3, 3)]


def test_the_scenario_goes_before_what_was_typed() -> None:
    bench = Bench(
        ticks=6,
        timeline=[(2, command(1)), (3, command(2))],
        asked={2: [asking(11)], 3: [asking(12)]},
    )
    bench.run()
    assert bench.controller.commands == [(2, 1), (3, 2), (4, 11), (5, 12)]


def test_commands_of_a_scenario_that_are_due_together_are_not_lost() -> None:
    bench = Bench(ticks=5, timeline=[(1, command(1)), (1, command(2))])
    bench.run()
    assert bench.controller.commands == [(1, 1), (2, 2)]


def test_a_fault_asked_for_goes_into_the_rig() -> None:
    bench = Bench(ticks=1, asked={0: [link_pb2.LoopRequest(fault=rig_fault(9))]})
    bench.run()
    assert bench.log[0] == Fault("stuck_closed", 9)


def test_a_stop_that_was_asked_for_ends_the_loop_after_the_tick_under_way() -> None:
    bench = Bench(ticks=None, asked={2: [link_pb2.LoopRequest(stop=True)]})
    ended = bench.run()
    assert ended.end == link_pb2.LOOP_END_STOPPED
    assert ended.ticks == 3
    assert bench.log[-1] == "close"


def test_a_signal_that_came_before_the_first_tick_moves_nothing() -> None:
    bench = Bench(ticks=None)
    bench.loop.stop_requested = True
    ended = bench.run()
    assert (ended.end, ended.ticks) == (link_pb2.LOOP_END_STOPPED, 0)
    assert bench.log == CLOSING


def test_a_lost_supervisor_ends_the_loop_with_the_rig_closed() -> None:
    bench = Bench(ticks=None)
    bench.link.lost_after = 2
    ended = bench.run()
    assert (ended.end, ended.ticks) == (link_pb2.LOOP_END_SUPERVISOR_LOST, 3)
    assert ended.valves_closed
    assert bench.log[-1] == "close"


def test_a_pacer_that_gives_up_ends_the_loop_and_its_count_is_told() -> None:
    bench = Bench(ticks=None, asked={})
    bench.pacer.exhausted, bench.pacer.total_missed = True, 77
    ended = bench.run()
    assert (ended.end, ended.overruns) == (link_pb2.LOOP_END_OVERRUN, 77)
    assert bench.log == CLOSING


def test_a_rig_that_fails_is_closed_and_its_words_are_handed_on() -> None:
    bench = Bench(ticks=9, fails_at=2)
    ended = bench.run()
    assert ended.end == link_pb2.LOOP_END_RIG_FAILED
    assert ended.detail == "rig fake: the bus is gone"
    assert ended.ticks == 2
    assert not ended.valves_closed
    assert ended.valves_doubt == "rig fake: the bus is gone"
    assert bench.log.count("close") == 1


def test_the_record_of_the_tick_in_which_the_rig_failed_is_handed_over() -> None:
    bench = Bench(ticks=9, fails_at=2)
    bench.run()
    assert bench.link.sent == [(1, 1)] * 3


def test_a_fault_that_the_rig_cannot_take_ends_the_run_with_its_words() -> None:
    bench = Bench(ticks=9, timeline=[(1, link_pb2.RigFault(kind="meteorite", active=True))])
    ended = bench.run()
    assert ended.end == link_pb2.LOOP_END_RIG_FAILED
    assert "'meteorite' is not known" in ended.detail


def test_valves_that_could_not_be_closed_are_not_called_closed() -> None:
    bench = Bench(ticks=1)
    bench.rig.close_error = RigError("gone")
    ended = bench.run()
    assert ended.end == link_pb2.LOOP_END_COMPLETED
    assert not ended.valves_closed
    assert ended.valves_doubt == "gone"


def test_whatever_else_breaks_the_rig_is_closed_first() -> None:
    bench = Bench(ticks=9, asked={1: [asking(1)]})

    def broken(packet: bytes, records: int) -> None:  # noqa: ARG001
        raise ZeroDivisionError

    bench.link.send_cycles = broken  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        bench.run()
    assert bench.log[-1] == "close"


def test_records_go_in_batches_and_the_rest_at_the_end() -> None:
    bench = Bench(ticks=10, batch=4)
    bench.run()
    assert bench.link.sent == [(4, 4), (4, 4), (2, 2)]


def test_no_empty_packet_is_sent_where_the_last_batch_is_full() -> None:
    bench = Bench(ticks=8, batch=4)
    bench.run()
    assert bench.link.sent == [(4, 4), (4, 4)]


def test_records_tell_how_long_the_tick_before_took_only_where_asked_to() -> None:
    bench = Bench(ticks=3, timed=True)
    bench.pacer.late_ns, bench.pacer.missed = 55_000, 2
    bench.run()
    timing = [step[4] for step in bench.controller.steps]
    assert timing == [None, *[(55_000, 1000, 1000, 1000, 1000, 2)] * 2]
    untimed = Bench(ticks=3)
    untimed.run()
    assert [step[4] for step in untimed.controller.steps] == [None] * 3


def test_dropped_records_are_told_in_the_end() -> None:
    bench = Bench(ticks=1)
    bench.link.dropped = 42
    assert bench.run().records_dropped == 42
