"""The signals that an expectation can speak of, each a column computed from a run's columns.

Pose signals are the truth of the simulated craft in every row where it is known, else the
controller's estimate. Every signal is one value per cycle record.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from qiki_hil._pb.qiki.commands.v1 import command_pb2 as pb
from qiki_hil.euler import angle_between_deg, rpy_deg_from_xyzw
from qiki_hil.kernels import NOZZLES
from qiki_hil.scenario.openings import opened

Columns = Mapping[str, NDArray[Any]]
Float64 = NDArray[np.float64]
Kind = Literal["number", "angle", "word", "flag"]

MODE_NAMES: dict[int, str] = {
    value: name.removeprefix("FLIGHT_MODE_") for name, value in pb.FlightMode.items()
}
ALLOCATION_NAMES: dict[int, str] = {
    value: name.removeprefix("ALLOCATION_MODE_") for name, value in pb.AllocationMode.items()
}
# Where motion is not inhibited, the reason is NONE.
REASON_NAMES: dict[int, str] = {
    value: name.removeprefix("REASON_CODE_") for name, value in pb.ReasonCode.items()
} | {pb.REASON_CODE_UNSPECIFIED: "NONE"}


@dataclass(frozen=True, slots=True)
class Signal:
    """What a signal is; `of` gives its column, `(N,)` numbers or bool. A word is given as the
    number that it has in the contract."""

    unit: str
    meaning: str
    of: Callable[[Columns], NDArray[Any]]
    kind: Kind = "number"
    names: Mapping[int, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    """Those of the names that an expectation may ask for."""
    running: bool = False
    """Whether a value takes the rows before it: over a part of a run it would be another."""
    low: float = -math.inf
    high: float = math.inf
    """The least and the greatest value that a number can have, in `unit`."""

    def value(self, number: Any) -> float | bool | str:
        """What a number of the column stands for."""
        if self.kind == "word":
            return self.names.get(int(number), f"UNKNOWN_{number}")
        return bool(number) if self.kind == "flag" else float(number)


def known(columns: Columns, name: str) -> Float64:
    """Truth of `name`, row by row, or the estimate where no truth is known."""
    true: Float64 = columns[f"true_{name}"]
    missing = np.isnan(true)
    if not missing.any():
        return true
    estimate = columns[f"est_{name}"]
    return np.where(missing.any(axis=1, keepdims=True), estimate, true)


def propellant_used(columns: Columns) -> Float64:
    """`(N,)` kg since the first record: from the true mass where known, else as reported. What
    came before the first report counts as that."""
    true = columns["true_mass_kg"]
    mass = backfilled(columns["propellant_kg"] if np.isnan(true).any() else true)
    return np.asarray(mass[0] - mass, dtype=np.float64)


def backfilled(values: Float64) -> Float64:
    """`(N,)` with what stands before the first number replaced by it."""
    known_rows = np.flatnonzero(np.isfinite(values))
    if not len(known_rows):
        return values
    first = int(known_rows[0])
    return np.concatenate([np.full(first, values[first]), values[first:]])


def _norm(values: Float64) -> Float64:
    x, y, z = values.T
    return np.asarray(np.sqrt(x * x + y * y + z * z), dtype=np.float64)


def _position_error(columns: Columns) -> Float64:
    return _norm(known(columns, "position_m") - columns["ref_position_m"])


def _attitude_error(columns: Columns) -> Float64:
    return angle_between_deg(known(columns, "attitude_xyzw"), columns["ref_attitude_xyzw"])


def _axis(name: str, index: int) -> Callable[[Columns], Float64]:
    return lambda columns: known(columns, name)[:, index]


def _angle(index: int) -> Callable[[Columns], Float64]:
    return lambda columns: rpy_deg_from_xyzw(known(columns, "attitude_xyzw"))[:, index]


def _column(name: str) -> Callable[[Columns], NDArray[Any]]:
    return lambda columns: columns[name]


def _word(name: str, meaning: str, names: Mapping[int, str], first: int = 0) -> Signal:
    """A column of numbers that have names; expectations may ask for those from `first` on."""
    return Signal("", meaning, _column(name), "word", names, tuple(names.values())[first:])


def _isolated(columns: Columns) -> Float64:
    bits = columns["isolated"]
    count = np.zeros(bits.shape)
    for nozzle in range(NOZZLES):
        count += bits >> nozzle & 1
    return count


def _pulses(columns: Columns) -> NDArray[np.int64]:
    on = opened(columns)
    rows = np.flatnonzero(on) // on.shape[1]
    return np.cumsum(np.bincount(rows, minlength=len(on)))


def _size(unit: str, meaning: str, of: Callable[[Columns], NDArray[Any]], **more: Any) -> Signal:
    """A number that is never negative."""
    return Signal(unit, meaning, of, low=0.0, **more)


def _turn(meaning: str, index: int, most_deg: float) -> Signal:
    """One of roll, pitch, yaw."""
    return Signal("deg", meaning, _angle(index), "angle", low=-most_deg, high=most_deg)


SIGNALS: dict[str, Signal] = {
    "position_error_m": _size("m", "distance from the reference position", _position_error),
    "position_x_m": Signal("m", "position east, world", _axis("position_m", 0)),
    "position_y_m": Signal("m", "position north, world", _axis("position_m", 1)),
    "position_z_m": Signal("m", "position up, world", _axis("position_m", 2)),
    "attitude_error_deg": _size(
        "deg", "angle from the reference attitude", _attitude_error, high=180.0
    ),
    "roll_deg": _turn("roll, -180..180", 0, 180.0),
    "pitch_deg": _turn("pitch, -90..90", 1, 90.0),
    "yaw_deg": _turn("yaw, -180..180", 2, 180.0),
    "rate_dps": _size(
        "deg/s", "size of the body rate", lambda c: np.degrees(_norm(known(c, "rates_rps")))
    ),
    "speed_mps": _size("m/s", "speed", lambda c: _norm(known(c, "velocity_mps"))),
    "mode": _word("mode", "flight mode", MODE_NAMES, first=1),
    "allocation_mode": _word(
        "allocation_mode", "allocation mode in effect", ALLOCATION_NAMES, first=1
    ),
    "allocation_reason": _word(
        "allocation_reason",
        "why it is not the one requested, or why manual override ended, or NONE",
        REASON_NAMES,
    ),
    "armed": Signal("", "whether the controller is armed", _column("armed"), "flag"),
    "propellant_used_kg": _size(
        "kg", "propellant used since the start", propellant_used, running=True
    ),
    "pulses_total": _size("", "reported valve openings so far, all nozzles", _pulses, running=True),
    "isolated_count": _size("", "nozzles taken out of the allocation", _isolated, high=NOZZLES),
    "max_cluster_temp_c": Signal(
        "°C", "the warmest cluster", lambda c: np.max(c["cluster_temp_c"], axis=1), low=-273.15
    ),
    "supercap_soc": _size(
        "", "supercapacitor state of charge, 0..1", _column("supercap_soc"), high=1.0
    ),
    "battery_soc": _size("", "battery state of charge, 0..1", _column("battery_soc"), high=1.0),
    "overruns": _size(
        "",
        "deadlines passed over so far",
        lambda c: np.cumsum(c["overruns"], dtype=np.int64),
        running=True,
    ),
    "nav_age_ms": _size(
        "ms",
        "age of the oldest navigation value in use",
        lambda c: c["nav_age_ticks"] * c["period_s"] * 1e3,
    ),
    "inhibit_reason": _word("inhibit_reason", "why motion is inhibited, or NONE", REASON_NAMES),
}
