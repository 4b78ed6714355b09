"""What counts as closed at the end of a flight, with nodes that say what a test lets them say."""

from collections.abc import Callable
from typing import Any

import pytest

from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.control.closing import close_valves, not_closed
from qiki_hil.control.pacer import FreePacer
from qiki_hil.kernels import CLUSTERS, ValveCommand
from qiki_hil.rig import NodeState, Rig

PERIOD_S = 0.002
PERIOD_US = 2000
Report = tuple[tuple[int, int, int, int], int] | None
CLOSED: Report = ((0, 0, 0, 0), NodeState.SILENT)


class Nodes(Rig):
    """Nodes that report what `says(cluster, ticks since the first command)` gives."""

    name = "nodes"

    def __init__(self, says: Callable[[int, int], Report], *, lockstep: bool = True) -> None:
        self.says = says
        self.lockstep = lockstep
        self.commands: list[ValveCommand] = []
        self.log: list[str] = []

    def open(self, period_s: float) -> None: ...

    def read(self, feedback: Any) -> None:
        self.log.append("read")
        feedback.clear()
        for cluster in range(CLUSTERS):
            report = self.says(cluster, len(self.commands))
            if report is not None:
                feedback.set_valves(cluster, report[0], 0, report[1])

    def write(self, command: ValveCommand) -> None:
        self.log.append("write")
        self.commands.append(command)

    def close(self) -> None: ...

    @property
    def counters(self) -> dict[str, int]:
        return {}


class CountingPacer(FreePacer):
    waits = 0

    def wait(self) -> None:
        self.waits += 1


def doubts(says: Callable[[int, int], Report]) -> list[str]:
    return close_valves(Nodes(says), FreePacer(PERIOD_US * 1000), PERIOD_S)


def but(cluster: int, report: Report) -> Callable[[int, int], Report]:
    """Every node says closed, but for one."""
    return lambda c, _: report if c == cluster else CLOSED


def test_nodes_that_say_closed_for_20_ms_are_believed() -> None:
    nodes = Nodes(lambda *_: CLOSED)
    assert close_valves(nodes, FreePacer(PERIOD_US * 1000), PERIOD_S) == []
    assert nodes.log == ["read", *["write", "read"] * 10], "what came before is thrown away"
    assert not any(command.armed or any(command.on_time_us) for command in nodes.commands)


@pytest.mark.parametrize(
    ("report", "doubt"),
    [
        (None, "node C3 was not heard"),
        (((0, 0, 0, 0), NodeState.ARMED), "node C3 does not say that it is disarmed"),
        (((0, 0, 0, 0), NodeState.FAILSAFE), "node C3 does not say that it is disarmed"),
        (((0, 0, 0, 0), 0), "node C3 does not say that it is disarmed"),
        (((0, 2000, 0, 4), NodeState.SILENT), "node C3 says that nozzle(s) 9, 11 are open"),
    ],
)
def test_one_node_that_does_not_say_closed_is_enough_for_a_doubt(
    report: Report, doubt: str
) -> None:
    assert doubts(but(2, report)) == [doubt]


def test_every_node_that_is_silent_is_named() -> None:
    assert doubts(lambda *_: None) == [f"node C{c} was not heard" for c in (1, 2, 3, 4)]


def test_a_node_with_a_fault_and_closed_valves_is_believed() -> None:
    assert doubts(but(0, ((0, 0, 0, 0), NodeState.FAULT))) == []


def test_what_nodes_said_before_the_command_says_nothing() -> None:
    assert doubts(lambda _, ticks: CLOSED if ticks == 0 else None)[0] == "node C1 was not heard"


def test_a_valve_that_opens_once_more_after_the_command_is_waited_for() -> None:
    late = ((2000, 0, 0, 0), NodeState.SILENT)
    nodes = Nodes(lambda c, ticks: late if (c, ticks) == (1, 5) else CLOSED)
    assert close_valves(nodes, FreePacer(PERIOD_US * 1000), PERIOD_S) == []
    assert len(nodes.commands) == 5 + 10


def test_a_node_that_has_said_enough_is_not_in_doubt_for_another_one() -> None:
    def says(cluster: int, ticks: int) -> Report:
        return CLOSED if cluster != 2 and ticks <= 10 else None

    assert doubts(says) == ["node C3 was not heard"]


def test_the_words_for_valves_that_are_not_closed_say_why_where_that_is_known() -> None:
    assert not_closed(link_pb2.LoopEnded(valves_closed=True)) == ""
    assert not_closed(link_pb2.LoopEnded()) == "valves NOT CONFIRMED CLOSED"
    in_question = link_pb2.LoopEnded(valves_doubt="node C1 was not heard")
    assert not_closed(in_question) == "valves NOT CONFIRMED CLOSED: node C1 was not heard"


def test_reports_that_get_lost_are_waited_for_and_too_few_of_them_are_a_doubt() -> None:
    assert doubts(lambda _, ticks: CLOSED if ticks % 20 == 0 else None) == []
    seldom = doubts(lambda _, ticks: CLOSED if ticks % 60 == 0 else None)
    assert seldom[0] == "node C1 was heard too seldom"


def test_only_a_rig_with_a_time_of_its_own_is_waited_for() -> None:
    for lockstep, waits in ((True, 0), (False, 10)):
        pacer = CountingPacer(PERIOD_US * 1000)
        assert close_valves(Nodes(lambda *_: CLOSED, lockstep=lockstep), pacer, PERIOD_S) == []
        assert pacer.waits == waits
