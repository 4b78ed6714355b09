"""What the live view shows, as plain values.

`LiveState` is filled by whoever runs the loop, about ten times a second. `ColumnFeed` fills the
part of it that comes from cycle records. A part that was never heard of has the age None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from qiki_hil.euler import rpy_deg_from_xyzw
from qiki_hil.kernels import NOZZLES
from qiki_hil.scenario.signals import (
    ALLOCATION_NAMES,
    MODE_NAMES,
    REASON_NAMES,
    Columns,
)

Vec3 = tuple[float, float, float]
Wrench = tuple[float, float, float, float, float, float]
Level = Literal["info", "good", "warn", "bad"]
Page = Literal["live", "events", "help"]

NAN3: Vec3 = (float("nan"),) * 3
NAN6: Wrench = (float("nan"),) * 6
NODE_WORDS = ("offline", "silent", "armed", "failsafe", "fault")

# Bits of the `fresh` column, by the part of the craft that they make young again.
_FRESH = {"nav": 1 | 4 | 8 | 16, "power": 32, "thermal": 64}
# What is older than this (s) is marked stale.
STALE_S: Mapping[str, float] = {
    "record": 0.5,
    "nav": 0.2,
    "power": 0.5,
    "thermal": 1.0,
    "broker": 2.0,
}


@dataclass(frozen=True, slots=True)
class EventLine:
    """Something that happened: a reply, a mode change, a fault."""

    time_s: float
    text: str
    level: Level = "info"


@dataclass(slots=True)
class LiveState:
    """Everything on the screen. Times are s, ages are s since the value was true."""

    scenario: str = ""
    rig: str = ""
    rate_hz: float = 0.0
    seed: int = 0
    speed: str = "1x"
    time_s: float = 0.0
    duration_s: float = 0.0
    wall_s: float = 0.0

    mode: str = "UNKNOWN"
    armed: bool = False
    inhibit_reason: str = "NONE"
    allocation_requested: str = "UNKNOWN"
    allocation_mode: str = "UNKNOWN"
    allocation_reason: str = "NONE"
    position_m: Vec3 = NAN3
    reference_position_m: Vec3 = NAN3
    velocity_mps: Vec3 = NAN3
    attitude_rpy_deg: Vec3 = NAN3
    reference_rpy_deg: Vec3 = NAN3
    rates_dps: Vec3 = NAN3
    wrench_demanded: Wrench = NAN6
    wrench_allocated: Wrench = NAN6

    # (16) part of the time commanded open since the view was last filled, 0..1.
    on_ratio: tuple[float, ...] = (0.0,) * NOZZLES
    isolated: int = 0
    stuck_closed: int = 0
    stuck_open: int = 0
    returning: int = 0
    feedback_lies: int = 0
    valve_fault: int = 0
    node_state: tuple[int, ...] = (0,) * 4
    cluster_temp_c: tuple[float, ...] = (float("nan"),) * 4

    battery_soc: float = float("nan")
    supercap_soc: float = float("nan")
    bus_v: float = float("nan")
    load_w: float = float("nan")
    propellant_kg: float = float("nan")
    # The limits on nozzles and loads, as bits in the order of the core's words.
    rcs_power_max_w: float = float("nan")
    rcs_power_limits: int = 0
    cluster_limits: tuple[int, ...] = (0,) * 4
    resting: int = 0
    working_mass_low: bool = False
    model_mismatch: int = 0
    loads_shed: int = 0
    loads_throttled: int = 0
    power_faults: int = 0

    measured_rate_hz: float = float("nan")
    # None where the cycle is not timed.
    wakeup_p50_us: float | None = None
    wakeup_p99_us: float | None = None
    step_p99_us: float | None = None
    overruns: int = 0
    records_dropped: int = 0

    broker: str = "off"
    broker_sent: int = 0
    broker_waiting: int = 0
    broker_lost: int = 0

    # Ages of "record", "nav", "power", "thermal", "broker"; None where never heard.
    ages_s: dict[str, float | None] = field(default_factory=dict)
    events: list[EventLine] = field(default_factory=list)

    page: Page = "live"
    # Rows of the help above the screen; newest events below it on their page.
    help_from: int = 0
    events_hidden: int = 0


class ColumnFeed:
    """Fills a `LiveState` from cycle records and keeps the moments at which parts were fresh."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}
        self._record_wall_s: float | None = None
        self._overruns = 0

    def take(self, state: LiveState, columns: Columns, wall_s: float) -> None:
        """Takes the records since the last call (none is fine); `wall_s` is the time now.

        Navigation, power and thermal ages are in run time; the record's is in wall time, so
        that a loop that has stopped shows as old.
        """
        state.wall_s = wall_s
        if len(columns["time_s"]):
            self._record_wall_s = wall_s
            self._note_fresh(columns)
            self._overruns += int(columns["overruns"].sum(dtype=np.int64))
            _fill(state, columns)
            state.overruns = self._overruns
        silent_s = None if self._record_wall_s is None else wall_s - self._record_wall_s
        state.ages_s["record"] = silent_s
        for part in _FRESH:
            seen = self._seen.get(part)
            age = None if seen is None else state.time_s - seen + (silent_s or 0.0)
            state.ages_s[part] = age

    def _note_fresh(self, columns: Columns) -> None:
        for part, bits in _FRESH.items():
            rows = np.flatnonzero(columns["fresh"].astype(np.int64) & bits)
            if len(rows):
                self._seen[part] = float(columns["time_s"][rows[-1]])


def _fill(state: LiveState, columns: Columns) -> None:
    last = {name: values[-1] for name, values in columns.items()}
    state.time_s = float(last["time_s"])
    state.mode = MODE_NAMES.get(int(last["mode"]), "UNKNOWN")
    state.armed = bool(last["armed"])
    state.inhibit_reason = REASON_NAMES.get(int(last["inhibit_reason"]), "UNKNOWN")
    state.allocation_requested = ALLOCATION_NAMES.get(int(last["allocation_requested"]), "UNKNOWN")
    state.allocation_mode = ALLOCATION_NAMES.get(int(last["allocation_mode"]), "UNKNOWN")
    state.allocation_reason = REASON_NAMES.get(int(last["allocation_reason"]), "UNKNOWN")
    state.position_m = _vec3(last["est_position_m"])
    state.reference_position_m = _vec3(last["ref_position_m"])
    state.velocity_mps = _vec3(last["est_velocity_mps"])
    state.attitude_rpy_deg = _vec3(rpy_deg_from_xyzw(last["est_attitude_xyzw"]))
    state.reference_rpy_deg = _vec3(rpy_deg_from_xyzw(last["ref_attitude_xyzw"]))
    state.rates_dps = _vec3(np.degrees(last["est_rates_rps"]))
    state.wrench_demanded = _wrench(last["wrench_demanded"])
    state.wrench_allocated = _wrench(last["wrench_allocated"])
    open_s = columns["on_time_us"].sum(axis=0, dtype=np.int64) / 1e6
    span_s = max(float(columns["period_s"].sum()), 1e-9)
    state.on_ratio = tuple(float(part) for part in np.clip(open_s / span_s, 0.0, 1.0))
    for name in ("isolated", "stuck_closed", "stuck_open", "returning", "feedback_lies"):
        setattr(state, name, int(last[name]))
    state.valve_fault = int(last["valve_fault"])
    state.node_state = tuple(int(node) for node in last["node_state"])
    _fill_reported(state, last)
    _fill_limits(state, last)
    state.measured_rate_hz = len(columns["time_s"]) / span_s
    state.wakeup_p50_us = _percentile_us(columns["wakeup_ns"], 50.0)
    state.wakeup_p99_us = _percentile_us(columns["wakeup_ns"], 99.0)
    state.step_p99_us = _percentile_us(columns["step_ns"], 99.0)


def _fill_reported(state: LiveState, last: Mapping[str, Any]) -> None:
    """What is reported more seldom than the view is filled: the last value stays, its age tells."""
    for name in ("battery_soc", "supercap_soc", "bus_v", "load_w", "propellant_kg"):
        if np.isfinite(last[name]):
            setattr(state, name, float(last[name]))
    if np.isfinite(last["cluster_temp_c"]).all():
        state.cluster_temp_c = tuple(float(value) for value in last["cluster_temp_c"])


def _fill_limits(state: LiveState, last: Mapping[str, Any]) -> None:
    state.rcs_power_max_w = float(last["rcs_power_max_w"])
    state.cluster_limits = tuple(int(bits) for bits in last["cluster_limits"])
    state.working_mass_low = bool(last["working_mass_low"])
    state.model_mismatch = int(last["model_mismatch"])
    for name in ("rcs_power_limits", "resting", "loads_shed", "loads_throttled", "power_faults"):
        setattr(state, name, int(last[name]))


def _percentile_us(nanoseconds: NDArray[Any], percent: float) -> float | None:
    timed = nanoseconds[nanoseconds >= 0]
    return float(np.percentile(timed, percent)) / 1e3 if len(timed) else None


def _vec3(values: NDArray[Any]) -> Vec3:
    x, y, z = (float(value) for value in values)
    return (x, y, z)


def _wrench(values: NDArray[Any]) -> Wrench:
    fx, fy, fz, tx, ty, tz = (float(value) for value in values)
    return (fx, fy, fz, tx, ty, tz)
