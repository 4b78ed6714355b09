import pytest

from qiki_hil.errors import RigError
from qiki_hil.kernels import (
    FRESH_ACCELERATION,
    FRESH_ATTITUDE,
    FRESH_NODES,
    FRESH_POSITION,
    FRESH_POWER,
    FRESH_POWER_DETAIL,
    FRESH_RATES,
    FRESH_THERMAL,
    FRESH_VALVES_0,
    FRESH_VELOCITY,
    Feedback,
    ValveCommand,
)
from qiki_hil.rig import Fault, FaultInjector, Rig, RigConfig, make_rig
from qiki_hil.rig.sim import SimRig
from tests.rig.contract import SPEC, TUMBLING, LockstepContract


def make(seed: int = 1) -> FaultInjector:
    return FaultInjector(make_rig(RigConfig.load("sim"), SPEC, seed=1, initial=TUMBLING), seed)


class TestFaultInjectorWithoutFaults(LockstepContract):
    """A fault injector is a rig."""

    kind = "sim"

    def make(self, seed: int = 1) -> Rig:
        return FaultInjector(super().make(seed), seed)

    def valves_open(self, rig: Rig) -> int:
        assert isinstance(rig, FaultInjector)
        assert isinstance(rig.inner, SimRig)
        return sum(rig.inner.plant.valve_open)

    @pytest.mark.parametrize(
        ("fault", "complaint"),
        [
            (Fault("meteorite"), "fault 'meteorite' is not known"),
            (Fault("stuck_open", target=16), r"nozzle 16; 0\.\.15 allowed"),
            (Fault("lost_frames", target=0), r"percent 0; 1\.\.100 allowed"),
        ],
    )
    def test_a_fault_that_cannot_be_is_refused(
        self, rig: Rig, fault: Fault, complaint: str
    ) -> None:
        with pytest.raises(RigError, match=complaint):
            rig.inject(fault)


def seen(rig: Rig, ticks: int = 100) -> int:
    feedback = Feedback()
    fresh = 0
    for _ in range(ticks):
        rig.read(feedback)
        fresh |= feedback.fresh
        rig.write(ValveCommand(True, [2000] * 16))
    return fresh


EVERYTHING = 0b1_1111_1111_1111


@pytest.mark.parametrize(
    ("fault", "hidden"),
    [
        (Fault("nav_dropout", sensor="rates"), 0b1),
        (Fault("nav_dropout", sensor="attitude"), 0b100),
        (Fault("nav_dropout", sensor="position"), 0b1000),
        (Fault("nav_dropout", sensor="velocity"), 0b10000),
        (Fault("nav_dropout", sensor="all"), 0b11111),
        (Fault("node_silent", target=2), 0b100 << 8),
        (Fault("lost_frames", target=100), EVERYTHING),
    ],
)
def test_a_fault_hides_its_reports_and_no_others_until_it_ends(fault: Fault, hidden: int) -> None:
    rig = make()
    rig.open(0.002)
    rig.inject(fault)
    assert seen(rig) == EVERYTHING & ~hidden
    assert rig.counters["reports_suppressed"] > 0
    rig.inject(Fault(fault.kind, fault.target, fault.sensor, active=False))
    assert seen(rig) == EVERYTHING
    rig.close()


PARTS = {
    FRESH_RATES: "rates_rps_body",
    FRESH_ACCELERATION: "acceleration_mps2_body",
    FRESH_ATTITUDE: "attitude_xyzw",
    FRESH_POSITION: "position_m_world",
    FRESH_VELOCITY: "velocity_mps_world",
    FRESH_POWER: "power",
    FRESH_THERMAL: "cluster_temp_c",
    FRESH_POWER_DETAIL: "power_detail",
    FRESH_NODES: "nodes",
}


def test_what_is_not_hidden_is_passed_on_unchanged() -> None:
    faulty, sound = make(), make()
    heard, said = Feedback(), Feedback()
    for rig in (faulty, sound):
        rig.open(0.002)
    faulty.inject(Fault("lost_frames", target=50))
    for tick in range(300):
        for rig, feedback in ((faulty, heard), (sound, said)):
            rig.read(feedback)
            rig.write(ValveCommand(True, [(tick * 37 + n * 400) % 2001 for n in range(16)]))
        assert heard.fresh & ~said.fresh == 0
        for bit, name in PARTS.items():
            assert not heard.fresh & bit or getattr(heard, name) == getattr(said, name)
        for cluster in range(4):
            if heard.fresh & FRESH_VALVES_0 << cluster:
                nozzles = slice(4 * cluster, 4 * cluster + 4)
                assert heard.open_time_us[nozzles] == said.open_time_us[nozzles]
                assert heard.node_state[cluster] == said.node_state[cluster]
    assert 700 < faulty.counters["reports_suppressed"] < 850


def test_a_silent_node_opens_no_valve() -> None:
    rig = make()
    rig.open(0.002)
    rig.inject(Fault("node_silent", target=1))
    seen(rig, ticks=20)
    assert isinstance(rig.inner, SimRig)
    assert rig.inner.plant.valve_open == tuple(not 4 <= n < 8 for n in range(16))


def test_a_stuck_valve_is_the_business_of_the_rig_inside() -> None:
    rig = make()
    rig.open(0.002)
    rig.inject(Fault("stuck_closed", target=0))
    seen(rig, ticks=20)
    assert isinstance(rig.inner, SimRig)
    assert rig.inner.plant.valve_open == (False,) + (True,) * 15


def losses(seed: int) -> list[int]:
    rig = make(seed)
    rig.open(0.002)
    rig.inject(Fault("lost_frames", target=30))
    feedback = Feedback()
    fresh = []
    for _ in range(200):
        rig.read(feedback)
        fresh.append(feedback.fresh)
        rig.write(ValveCommand())
    return fresh


def test_the_same_seed_loses_the_same_frames() -> None:
    assert losses(3) == losses(3)
    assert losses(3) != losses(4)


def test_about_as_many_frames_are_lost_as_asked_for() -> None:
    kept = sum((fresh >> 8).bit_count() for fresh in losses(3))
    assert kept == pytest.approx(0.7 * 800, rel=0.1)
