"""Flights whose results are committed: `data/closed_loop.csv`.

Every shipped scenario with every modulator at 500 Hz, and with the modulator that ships at the
other rates; every shipped thrust profile as a run flies it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qiki_hil.app.profile_run import profile_scenario
from qiki_hil.campaign import fly
from qiki_hil.campaign.case import Case
from qiki_hil.campaign.flight import columns_needed, judge, metrics
from qiki_hil.command import shipped_profiles
from qiki_hil.kernels.controller import period_us
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec
from tests.references import Row, Table

TABLE = Table(Path(__file__).parent / "data/closed_loop.csv", ("scenario", "rate_hz", "modulator"))
SPEC = BotSpec.load("dodeca-01")
RATE_HZ = 500
OTHER_RATES_HZ = (200, 1000)
PROFILE = "profile "
SHIPPED = SPEC.control.modulator.kind
MODULATORS = {
    SHIPPED: SPEC.control.modulator.model_dump(),
    "bang_bang": {"kind": "bang_bang", "band_s": 0.04},
    "schmitt": {"kind": "schmitt", "level_on": 0.75, "level_off": 0.25},
    "remainder": {"kind": "remainder"},
}
METRICS = (
    *("position_error_end_m", "position_error_max_m"),
    *("attitude_error_end_deg", "attitude_error_max_deg"),
    *("rate_end_dps", "rate_max_dps", "speed_end_mps", "propellant_used_kg"),
)


@dataclass(frozen=True, slots=True)
class Flight:
    """What is flown."""

    name: str
    scenario: Scenario
    rate_hz: int
    modulator: str

    def row(self) -> Row:
        """Flies it inside the core."""
        craft = json.loads(SPEC.core_json())
        craft["control"]["modulator"] = MODULATORS[self.modulator]
        craft_json = json.dumps(craft)
        case = Case(
            index=0,
            seed=self.scenario.seed,
            scenario=self.scenario,
            numbers={},
            faults=(),
            truth_json=craft_json,
            nominal_json=craft_json,
            period_us=period_us(self.rate_hz),
        )
        columns = fly(case, columns_needed(case) | {"on_time_us"})
        values = metrics(columns)
        failing = [result.name for result in judge(case, columns) if not result.passed]
        return {
            "scenario": self.name,
            "rate_hz": self.rate_hz,
            "modulator": self.modulator,
            **{name: values[name] for name in METRICS},
            "pulses_total": commanded_pulses(columns["on_time_us"]),
            "isolated_count": int(values["isolated_count"]),
            "thrust_time_us": int(columns["on_time_us"].sum(dtype=np.int64)),
            "failing": "; ".join(failing),
        }


def commanded_pulses(on_time_us: NDArray[np.uint32]) -> int:
    """How often a command opens a nozzle that was closed; (ticks, 16) µs. The law is measured by
    what it commands, whatever the valves make of it."""
    on = on_time_us > 0
    return int(on[0].sum() + (on[1:] & ~on[:-1]).sum())


def names() -> list[str]:
    """What is flown: scenarios, then profiles."""
    return [*Scenario.shipped(), *(f"{PROFILE}{name}" for name in shipped_profiles())]


def flights(name: str) -> list[Flight]:
    """The flights of one of the `names`."""
    if name.startswith(PROFILE):
        scenario = profile_scenario(SPEC, name.removeprefix(PROFILE))
        return [Flight(name, scenario, RATE_HZ, SHIPPED)]
    scenario = Scenario.load(name)
    return [
        *(Flight(name, scenario, RATE_HZ, modulator) for modulator in MODULATORS),
        *(Flight(name, scenario, rate_hz, SHIPPED) for rate_hz in OTHER_RATES_HZ),
    ]
