import pytest

from qiki_hil.kernels import FRESH_NODES, FRESH_POWER_DETAIL, Feedback, ValveCommand
from qiki_hil.rig import Rig, RigConfig, make_rig
from qiki_hil.rig.sim import SimRig
from tests.rig.contract import SPEC, TUMBLING, LockstepContract, snapshot
from tests.rig.quantised import QuantisedRig

DETAIL = FRESH_POWER_DETAIL | FRESH_NODES
"""Told at the pace of the bus, one frame a tick."""


class TestQuantisedRig(LockstepContract):
    kind = "sim"

    def make(self, seed: int = 1) -> Rig:
        return QuantisedRig(super().make(seed))

    def valves_open(self, rig: Rig) -> int:
        assert isinstance(rig, QuantisedRig)
        assert isinstance(rig._inner, SimRig)
        return sum(rig._inner.plant.valve_open)


def test_values_are_off_by_half_a_step_at_most() -> None:
    exact = make_rig(RigConfig.load("sim"), SPEC, seed=1, initial=TUMBLING)
    coarse = QuantisedRig(make_rig(RigConfig.load("sim"), SPEC, seed=1, initial=TUMBLING))
    a, b = Feedback(), Feedback()
    for rig in (exact, coarse):
        rig.open(0.002)
    for _ in range(100):
        exact.read(a)
        coarse.read(b)
        assert a.fresh & ~0b10 & ~DETAIL == b.fresh & ~DETAIL
        assert b.rates_rps_body == pytest.approx(a.rates_rps_body, abs=2**-15)
        assert b.position_m_world == pytest.approx(a.position_m_world, abs=2**-11)
        assert b.velocity_mps_world == pytest.approx(a.velocity_mps_world, abs=2**-12)
        assert b.attitude_xyzw == pytest.approx(a.attitude_xyzw, abs=4e-5)
        assert b.open_time_us == pytest.approx(a.open_time_us, abs=2)
        exact.write(ValveCommand(True, [1001] * 16))
        coarse.write(ValveCommand(True, [1001] * 16))


def test_quantising_twice_changes_nothing_more() -> None:
    rigs = [make_rig(RigConfig.load("sim"), SPEC, seed=1, initial=TUMBLING) for _ in range(2)]
    once, twice = QuantisedRig(rigs[0]), QuantisedRig(QuantisedRig(rigs[1]))
    a, b = Feedback(), Feedback()
    for rig in (once, twice):
        rig.open(0.002)
    for _ in range(50):
        once.read(a)
        twice.read(b)
        first, second = list(snapshot(a)), list(snapshot(b))
        assert a.fresh & ~DETAIL == b.fresh & ~DETAIL
        del first[0], second[0]
        assert second.pop(1) == pytest.approx(first.pop(1), abs=1e-12)
        assert first == second
        for rig in (once, twice):
            rig.write(ValveCommand(True, [500] * 16))
