"""What every rig keeps, whatever is behind it. Subclass, and give `rig` and the hooks."""

from collections.abc import Callable, Iterator

import pytest

from qiki_hil._pb.qiki.telemetry.v1 import power_pb2
from qiki_hil.clock import monotonic_ns
from qiki_hil.errors import RigError
from qiki_hil.kernels import (
    CLUSTERS,
    FRESH_NODES,
    FRESH_POWER_DETAIL,
    NOZZLES,
    Feedback,
    Truth,
    ValveCommand,
    wait_until_ns,
)
from qiki_hil.rig import Fault, InitialState, Rig, RigConfig, make_rig
from qiki_hil.spec import BotSpec

SILENT, ARMED, FAILSAFE = 1, 2, 3
VALVES = 0xF00
TUMBLING = InitialState((1.0, -2.0, 3.0), (0.1, 0.0, -0.2), (0.5, 0.5, 0.5, 0.5), (0.1, -0.2, 0.3))
SPEC = BotSpec.load("dodeca-01")
LOAD_W = SPEC.power.base_out_w + sum(
    getattr(SPEC.power, f"{load}_w") for load in ("mcqpu", "radar", "transponder", "nbl")
)
"""What a craft at rest draws from the bus."""


def heat_source_max(source: str) -> float:
    """The most that a source of heat comes to with all valves closed and no dock, W or A²."""
    power = SPEC.power
    if source.startswith(("rcs", "dock")):
        return 0.0
    if source == "bus_a_squared":
        return power.bus_current_max_a**2
    if source in ("mcqpu_w", "nbl_w"):
        return float(getattr(power, source))
    return LOAD_W + power.supercap_charge_max_w


def drift_max_k(name: str, seconds: float) -> float:
    """The most that a node's temperature changes from its first value in so short a time with all
    valves closed, K: the heat that flows at first, all of it in one direction, over its capacity.
    """
    thermal = SPEC.thermal
    node = thermal.nodes[name]
    conductance = node.cooling_w_per_k + thermal.ambient_exchange_w_per_k
    flow_w = conductance * abs(node.init_c - thermal.ambient_c)
    flow_w += sum(entry.gain * heat_source_max(entry.source) for entry in node.heat)
    for coupling in thermal.couplings:
        if name in coupling.between:
            a_c, b_c = (thermal.nodes[end].init_c for end in coupling.between)
            flow_w += coupling.conductance_w_per_k * abs(a_c - b_c)
    return flow_w * seconds / node.heat_capacity_j_per_k


class Loop:
    """Drives a rig tick by tick, in real time where it has its own."""

    def __init__(self, rig: Rig, period_s: float) -> None:
        self.rig = rig
        self.period_s = period_s
        self.feedback = Feedback()
        self._ticks = 0
        self._start_ns = self._deadline_ns = monotonic_ns()

    @property
    def elapsed_s(self) -> float:
        """Time of the rig since the loop began, s. A rig of its own time began somewhat before."""
        if self.rig.lockstep:
            return self._ticks * self.period_s
        return (monotonic_ns() - self._start_ns) * 1e-9 + 0.1

    def tick(self, command: ValveCommand | None = None) -> Feedback:
        """Reads, and writes the command (none: the loop hangs)."""
        self._ticks += 1
        if not self.rig.lockstep:
            self._deadline_ns += round(self.period_s * 1e9)
            wait_until_ns(self._deadline_ns)
        self.rig.read(self.feedback)
        if command is not None:
            self.rig.write(command)
        return self.feedback

    def until(
        self, condition: Callable[[Feedback], bool], command: ValveCommand | None, ticks: int
    ) -> int:
        """Ticks with `command` until the condition holds; fails after `ticks`."""
        for count in range(ticks):
            if condition(self.tick(command)):
                return count
        raise AssertionError(f"not within {ticks} ticks: {self.feedback.node_state}")

    def all_in(self, state: int) -> Callable[[Feedback], bool]:
        return lambda feedback: feedback.node_state == (state,) * CLUSTERS


class RigContract:
    """The contract; `settle_ticks` is how many ticks an effect may take to show."""

    kind: str
    rate_hz = 500
    settle_ticks = 12

    def make(self, seed: int = 1) -> Rig:
        return make_rig(RigConfig.load(self.kind), SPEC, seed=seed, initial=TUMBLING)

    def valves_open(self, rig: Rig) -> int:
        """How many valves are open after `close`."""
        raise NotImplementedError

    @property
    def period_s(self) -> float:
        return 1.0 / self.rate_hz

    def command(self, armed: bool, nozzles: range = range(NOZZLES)) -> ValveCommand:
        whole_us = round(self.period_s * 1e6)
        return ValveCommand(armed, [whole_us if n in nozzles else 0 for n in range(NOZZLES)])

    @pytest.fixture
    def rig(self) -> Iterator[Rig]:
        rig = self.make()
        rig.open(self.period_s)
        yield rig
        rig.close()

    @pytest.fixture
    def loop(self, rig: Rig) -> Loop:
        return Loop(rig, self.period_s)

    def test_a_rig_that_is_not_open_says_so(self) -> None:
        rig = self.make()
        with pytest.raises(RigError, match=r"not open; call open\(period_s\) first"):
            rig.read(Feedback())
        with pytest.raises(RigError, match=r"not open; call open\(period_s\) first"):
            rig.write(ValveCommand())

    def test_closing_is_allowed_at_any_time_and_twice(self) -> None:
        rig = self.make()
        rig.close()
        rig.open(self.period_s)
        rig.close()
        rig.close()

    def test_a_rig_can_be_opened_again(self, rig: Rig) -> None:
        rig.close()
        rig.open(self.period_s)
        Loop(rig, self.period_s).until(lambda f: f.fresh & VALVES == VALVES, ValveCommand(), 50)

    def test_the_nodes_report_silent_and_closed_before_arming(self, loop: Loop) -> None:
        loop.until(loop.all_in(SILENT), ValveCommand(), 50)
        assert loop.feedback.open_time_us == (0,) * NOZZLES

    def test_no_valve_opens_while_not_armed(self, loop: Loop) -> None:
        for _ in range(3 * self.settle_ticks):
            feedback = loop.tick(self.command(armed=False))
            assert feedback.open_time_us == (0,) * NOZZLES
        assert feedback.node_state == (SILENT,) * CLUSTERS

    def test_every_sensor_reports_at_its_time(self, loop: Loop) -> None:
        seen = 0
        for _ in range(self.rate_hz // 4):
            seen |= loop.tick(ValveCommand()).fresh
        parts = 0b1111101  # rates, attitude, position, velocity, power, thermal
        assert seen & parts == parts
        assert seen & VALVES == VALVES

    def test_the_power_plane_and_every_thermal_node_are_told(self, loop: Loop) -> None:
        seen = 0
        for _ in range(round(2.1 * self.rate_hz)):
            seen |= loop.tick(ValveCommand()).fresh
        assert seen & FRESH_POWER_DETAIL
        assert seen & FRESH_NODES
        detail = power_pb2.PowerDetail.FromString(loop.feedback.power_detail)
        assert detail.supplied.base_w == SPEC.power.base_out_w
        # On the bus in steps of 1/64 A; 1/64 V of the voltage is another 0.003 A.
        bus_v = loop.feedback.power[2]
        assert detail.bus_a == pytest.approx(LOAD_W / bus_v, abs=1 / 64 + 0.003)
        temp_c, warned, tripped = loop.feedback.nodes
        assert len(temp_c) == len(SPEC.thermal.nodes)
        assert (warned, tripped) == (0, 0)
        # Reported in steps of 1/16 °C.
        for name, value in zip(SPEC.thermal.node_names, temp_c, strict=True):
            drift_k = drift_max_k(name, loop.elapsed_s) + 1 / 16
            assert value == pytest.approx(SPEC.thermal.nodes[name].init_c, abs=drift_k), name

    def test_a_valve_commanded_open_shows_its_open_time(self, loop: Loop) -> None:
        command = self.command(True, range(5, 6))
        shown_us = round(self.period_s * 1e6) // 4 * 4
        loop.until(lambda f: abs(f.open_time_us[5] - shown_us) <= 4, command, 2 * self.settle_ticks)
        assert loop.feedback.node_state == (ARMED,) * CLUSTERS
        others = [us for n, us in enumerate(loop.feedback.open_time_us) if n != 5]
        assert others == [0] * 15

    def test_every_nozzle_is_driven_by_its_own_number(self, loop: Loop) -> None:
        for nozzle in range(0, NOZZLES, 3):
            only = tuple(n == nozzle for n in range(NOZZLES))
            loop.until(
                lambda f, only=only: tuple(us > 0 for us in f.open_time_us) == only,
                self.command(True, range(nozzle, nozzle + 1)),
                3 * self.settle_ticks,
            )

    def test_disarming_closes_every_valve(self, loop: Loop) -> None:
        loop.until(lambda f: min(f.open_time_us) > 0, self.command(True), 3 * self.settle_ticks)
        loop.until(loop.all_in(SILENT), self.command(False), self.settle_ticks)
        loop.until(
            lambda f: f.fresh & VALVES == VALVES and max(f.open_time_us) == 0,
            self.command(False),
            self.settle_ticks,
        )

    def test_closing_the_rig_closes_every_valve(self, rig: Rig, loop: Loop) -> None:
        loop.until(lambda f: min(f.open_time_us) > 0, self.command(True), 3 * self.settle_ticks)
        rig.close()
        assert self.valves_open(rig) == 0

    def until_3_is_stuck(self, loop: Loop) -> None:
        """A fault can reach nodes in another process after the first command."""

        def stuck(feedback: Feedback) -> bool:
            return feedback.open_time_us[2] > 0 and feedback.open_time_us[3] == 0

        loop.until(stuck, self.command(True), 3 * self.settle_ticks)

    def test_a_stuck_valve_can_be_put_in_and_taken_out(self, rig: Rig, loop: Loop) -> None:
        rig.inject(Fault("stuck_closed", target=3))
        self.until_3_is_stuck(loop)
        rig.inject(Fault("stuck_closed", target=3, active=False))
        loop.until(lambda f: f.open_time_us[3] > 0, self.command(True), 3 * self.settle_ticks)

    def test_a_fault_lasts_to_its_own_end_when_another_of_its_kind_ends(
        self, rig: Rig, loop: Loop
    ) -> None:
        for active in (True, True, False):
            rig.inject(Fault("stuck_closed", target=3, active=active))
        self.until_3_is_stuck(loop)
        for _ in range(self.settle_ticks):
            assert loop.tick(self.command(True)).open_time_us[3] == 0
        rig.inject(Fault("stuck_closed", target=3, active=False))
        loop.until(lambda f: f.open_time_us[3] > 0, self.command(True), 3 * self.settle_ticks)

    @pytest.mark.parametrize(
        ("fault", "complaint"),
        [
            (Fault("meteorite"), "fault 'meteorite' is not known; known: stuck_closed, stuck_open"),
            (Fault("stuck_open", target=16), r"nozzle 16; 0\.\.15 allowed"),
            (Fault("nav_dropout", sensor="radar"), "sensor 'radar'; one of rates, attitude"),
            (Fault("node_silent", target=4), r"cluster 4; 0\.\.3 allowed"),
            (Fault("node_silent"), "fault node_silent cannot be put into it; it takes stuck_"),
        ],
    )
    def test_a_fault_that_cannot_be_is_refused(
        self, rig: Rig, fault: Fault, complaint: str
    ) -> None:
        with pytest.raises(RigError, match=complaint):
            rig.inject(fault)

    def test_counters_are_whole_numbers_and_nothing_was_dropped(self, loop: Loop) -> None:
        for _ in range(self.settle_ticks):
            loop.tick(self.command(True))
        counters = loop.rig.counters
        assert all(isinstance(n, int) for n in counters.values())
        dropped = ("bad_crc", "bad_length", "bad_counter", "unknown_id", "lost", "send_failed")
        assert not [name for name in dropped if counters.get(name, 0)]


class LockstepContract(RigContract):
    """What rigs keep whose time is simulated."""

    def run(self, seed: int) -> list[tuple[object, ...]]:
        """Everything that a rig says over half a second of firing."""
        rig = self.make(seed)
        rig.open(self.period_s)
        feedback = Feedback()
        log = []
        for tick in range(250):
            rig.read(feedback)
            log.append(snapshot(feedback))
            rig.write(self.command(tick > 50, range(tick % NOZZLES)))
        rig.close()
        return log

    def test_the_same_seed_gives_the_same_feedback(self) -> None:
        assert self.run(seed=7) == self.run(seed=7)

    def test_another_seed_gives_other_noise(self) -> None:
        assert self.run(seed=7) != self.run(seed=8)

    def test_time_moves_only_with_write(self, rig: Rig) -> None:
        first, second = Truth(), Truth()
        assert rig.truth(first)
        rig.read(Feedback())
        assert rig.truth(second)
        assert first.position_m_world == second.position_m_world == TUMBLING.position_m_world
        rig.write(ValveCommand())
        rig.truth(second)
        assert first.position_m_world != second.position_m_world


def snapshot(feedback: Feedback) -> tuple[object, ...]:
    """Everything in a feedback but the specific force, which has no frame."""
    return (
        feedback.fresh & ~0b10,
        feedback.rates_rps_body,
        feedback.attitude_xyzw,
        feedback.position_m_world,
        feedback.velocity_mps_world,
        feedback.open_time_us,
        feedback.valve_fault,
        feedback.node_state,
        feedback.power,
        feedback.cluster_temp_c,
    )
