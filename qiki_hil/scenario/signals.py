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
from qiki_hil.scenario.openings import Openings

Columns = Mapping[str, NDArray[Any]]
Reading = Callable[[Columns], NDArray[Any]]
"""A row's value or values for each row of some columns."""
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
    """What a signal is. Its column is `(N,)` numbers or bool; a word is given as the number that it
    has in the contract."""

    unit: str
    meaning: str
    of_row: Reading | None
    """The column, where a value takes nothing but its own row."""
    kind: Kind = "number"
    names: Mapping[int, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    """Those of the names that an expectation may ask for."""
    running: Callable[[], Reading] | None = None
    """Where a value takes the rows before it: makes what reads a run part after part."""
    low: float = -math.inf
    high: float = math.inf
    """The least and the greatest value that a number can have, in `unit`."""

    def of(self, columns: Columns) -> NDArray[Any]:
        """The column over a run from its first row on."""
        return self.reader()(columns)

    def reader(self) -> Reading:
        """What reads one run, part after part from its first row on."""
        reading = self.running() if self.running is not None else self.of_row
        assert reading is not None
        return reading

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


class PropellantUsed:
    """Reads `(N,)` kg since the first record: from the true mass where that is known, else as
    reported. What came before the first report counts as that, within a part."""

    def __init__(self) -> None:
        self._column = ""
        self._first = math.nan

    def __call__(self, columns: Columns) -> Float64:
        """The next part."""
        if not self._column:
            unknown = np.isnan(columns["true_mass_kg"]).any()
            self._column = "propellant_kg" if unknown else "true_mass_kg"
        mass = columns[self._column]
        if math.isnan(self._first) and len(mass):
            mass = backfilled(mass)
            self._first = float(mass[0])
        return np.asarray(self._first - mass, dtype=np.float64)


class _Total:
    """Reads the running sum of a number of each row."""

    def __init__(self, of_row: Reading) -> None:
        self._of_row = of_row
        self._total = 0

    def __call__(self, columns: Columns) -> NDArray[np.int64]:
        """The next part."""
        totals = self._total + np.cumsum(self._of_row(columns), dtype=np.int64)
        self._total = int(totals[-1]) if len(totals) else self._total
        return totals


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


def _column(name: str) -> Reading:
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


def _pulses() -> Reading:
    openings = Openings()

    def opened(columns: Columns) -> NDArray[np.int64]:
        on = openings(columns)
        return np.bincount(np.flatnonzero(on) // NOZZLES, minlength=len(on))

    return _Total(opened)


def _size(unit: str, meaning: str, of: Reading | None, **more: Any) -> Signal:
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
        "kg", "propellant used since the start", None, running=PropellantUsed
    ),
    "pulses_total": _size("", "reported valve openings so far, all nozzles", None, running=_pulses),
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
        None,
        running=lambda: _Total(_column("overruns")),
    ),
    "nav_age_ms": _size(
        "ms",
        "age of the oldest navigation value in use",
        lambda c: c["nav_age_ticks"] * c["period_s"] * 1e3,
    ),
    "inhibit_reason": _word("inhibit_reason", "why motion is inhibited, or NONE", REASON_NAMES),
}
