import pytest

from qiki_hil.rig import Rig
from qiki_hil.rig.sim import SimRig
from tests.rig.contract import LockstepContract, Loop


class TestSimRig(LockstepContract):
    kind = "sim"

    def valves_open(self, rig: Rig) -> int:
        assert isinstance(rig, SimRig)
        return sum(rig.plant.valve_open)

    def test_it_counts_its_ticks(self, loop: Loop) -> None:
        for _ in range(5):
            loop.tick(self.command(False))
        assert loop.rig.counters == {"ticks": 5}


@pytest.mark.parametrize("rate_hz", [200, 333, 1000])
class TestSimRigAtOtherRates:
    def test_a_commanded_valve_opens(self, rate_hz: int) -> None:
        contract = TestSimRig()
        contract.rate_hz = rate_hz
        rig = contract.make()
        rig.open(contract.period_s)
        Loop(rig, contract.period_s).until(
            lambda f: min(f.open_time_us) > 0, contract.command(True), 60
        )
        rig.close()
