"""The same scenario in process and over the bus: what the frames round off is the whole
difference."""

from functools import cache

import numpy as np
import pytest

from qiki_hil.app.loop_process import numbered
from qiki_hil.control.loop import Loop
from qiki_hil.control.pacer import FreePacer
from qiki_hil.kernels import ControllerCore, CycleScanner, decode_cycles
from qiki_hil.rig import FaultInjector, InitialState, Rig, RigConfig, make_rig
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec
from tests.rig.quantised import QuantisedRig

PERIOD_US = 2000
SPEC = BotSpec.load("dodeca-01")
SECONDS = {"demo": 24, "station_keeping": 40, "thruster_stuck_closed": 10}


class Keeper:
    """A link that keeps every record."""

    lost = False
    dropped = 0

    def __init__(self) -> None:
        self.blobs: list[bytes] = []
        self._scanner = CycleScanner()

    def requests(self) -> list[object]:
        return []

    def send_cycles(self, packet: bytes, records: int) -> None:
        rows, _ = self._scanner.scan(packet)
        assert len(rows) == records
        self.blobs += [blob for _, _, blob, _ in rows]


@cache
def flown(kind: str, name: str) -> dict[str, np.ndarray]:
    """Columns of a scenario on a rig; `quantised` is sim through the resolution of the frames."""
    scenario = Scenario.load(name)
    start = scenario.initial
    initial = InitialState(
        start.position_m_world, start.velocity_mps_world, start.attitude_xyzw, start.rates_rps_body
    )
    config = RigConfig.load("virtual" if kind == "virtual" else "sim")
    rig: Rig = make_rig(config, SPEC, seed=scenario.seed, initial=initial)
    if kind == "quantised":
        rig = QuantisedRig(rig)
    rig = FaultInjector(rig, seed=scenario.seed)
    rig.open(PERIOD_US * 1e-6)
    keeper = Keeper()
    Loop(
        rig,
        ControllerCore(SPEC.core_json(), PERIOD_US, 64),
        keeper,  # type: ignore[arg-type]
        FreePacer(PERIOD_US * 1000),
        lambda: 0,
        period_us=PERIOD_US,
        ticks=round(SECONDS[name] * 1e6 / PERIOD_US),
        timeline=numbered(scenario.timeline(PERIOD_US * 1e-6)),
        records_per_packet=64,
        timed=False,
    ).run()
    return decode_cycles(keeper.blobs)


@pytest.mark.parametrize("name", list(SECONDS))
def test_sim_through_the_resolution_of_the_frames_commands_what_the_bus_commands(name: str) -> None:
    quantised, virtual = flown("quantised", name), flown("virtual", name)
    assert len(virtual["tick"]) == SECONDS[name] * 500
    assert virtual["on_time_us"].any()
    assert np.array_equal(quantised["on_time_us"], virtual["on_time_us"])
    # So the craft itself does the same, to the bit.
    for truth in ("position_m", "velocity_mps", "attitude_xyzw", "rates_rps"):
        assert np.array_equal(quantised[f"true_{truth}"], virtual[f"true_{truth}"]), truth


@pytest.mark.parametrize("name", ["demo", "station_keeping"])
def test_without_it_pulses_fall_otherwise_and_the_craft_goes_the_same_way(name: str) -> None:
    sim, virtual = flown("sim", name), flown("virtual", name)
    assert not np.array_equal(sim["on_time_us"], virtual["on_time_us"])
    apart_m = np.linalg.norm(sim["true_position_m"] - virtual["true_position_m"], axis=1)
    dot = np.abs(np.sum(sim["true_attitude_xyzw"] * virtual["true_attitude_xyzw"], axis=1))
    apart_deg = np.degrees(2.0 * np.arccos(np.clip(dot, 0.0, 1.0)))
    spent_kg = sim["propellant_kg"][-1] - virtual["propellant_kg"][-1]
    # The limit cycles are out of step, and nothing more: no further apart than the control law
    # lets each of the two be from where it ought to be.
    assert apart_m.max() < 0.2
    assert apart_deg.max() < 5.0
    assert abs(spent_kg) < 0.3
