"""Nozzles that fail, one and two at a time, each case flown in closed loop and judged.

A case holds a pose, loses its nozzles, then makes a small move with a turn and goes back. It is
judged from the last failure until the tank is dry or the case ends. What becomes of it hangs on
chance too, so it is flown several times: with other noise, and at another phase of the pulses.
"""

from dataclasses import dataclass, replace
from itertools import combinations, product
from zlib import crc32

import numpy as np

from qiki_hil.command import parse_command
from qiki_hil.kernels import NOZZLES, fly_case
from qiki_hil.scenario.samples import columns_read
from qiki_hil.scenario.signals import MODE_NAMES, REASON_NAMES, SIGNALS, Columns
from qiki_hil.spec import BotSpec

PERIOD_US = 2000
FIRST_S, SECOND_S = 5.0, 8.0
"""When the first nozzle fails, and the second."""
MOVE_S, BACK_S, END_S = 1.0, 9.0, 19.0
"""The move, the way back and the end, after the last failure."""
FLIGHTS = 8
"""How often a case is flown."""
LATER_S = 0.13
"""By how much later the failures come from flight to flight. Pulses come at intervals of a tenth
of a second to seconds."""
COMMANDS = ("arm", "hold", "goto 0.3 0.2 -0.1 0 0 10", "goto -0.2 -0.3 0.2 10 0 0")

HONEST = ("stuck_closed", "stuck_open")
UNSEEN = ("stuck_closed_unseen", "stuck_open_unseen")

POSITION_MAX_M, ATTITUDE_MAX_DEG, RATE_RMS_MAX_DPS = 0.25, 6.0, 5.0
"""A craft that stays this close to its reference is held."""
REALLOCATED_MAX_TICKS = 3
COMMANDED_MS = 30.0
"""A nozzle that was commanded open for no longer than this need not be found stuck closed: the
monitors have had too little evidence."""
DRY_KG = 0.05
JUDGED = ("position_error_m", "attitude_error_deg", "rate_dps")
"""The signals by which a craft counts as held."""
COLUMNS = (
    *("mode", "inhibit_reason", "propellant_kg", "on_time_us", "thrust_n"),
    *("stuck_closed", "stuck_open", "feedback_lies", "found_by_motion"),
)
"""The other columns of a flight that are judged."""
SAFE = next(number for number, name in MODE_NAMES.items() if name == "SAFE")


@dataclass(frozen=True, slots=True)
class Failure:
    """A nozzle (0..15), the kind of valve fault that it gets, and when, s."""

    nozzle: int
    kind: str
    at_s: float

    @property
    def opens(self) -> bool:
        """Whether the nozzle thrusts from then on."""
        return self.kind in (HONEST[1], UNSEEN[1])

    def __str__(self) -> str:
        return f"{self.nozzle:02d} {self.kind.removeprefix('stuck_')}"


@dataclass(frozen=True, slots=True)
class Found:
    """How a failure was detected."""

    commanded_ms: float
    """How long the nozzle was commanded open from the failure until it was found."""
    after_ms: float | None
    """From the failure (open), or from the first opening command after it (closed), until it was
    known; None where it never was."""
    by_motion: bool
    reallocated_ticks: int | None
    """From then on until the allocation no longer used the nozzle."""

    @property
    def missed(self) -> bool:
        """Whether it had to be found and was not."""
        return self.after_ms is None and self.commanded_ms > COMMANDED_MS


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case and its result."""

    failures: tuple[Failure, ...]
    found: tuple[Found, ...]
    verdict: str
    """`held`, `degraded` (left the bounds, or turned too fast), or `SAFE`."""
    blamed: tuple[int, ...]
    """Nozzles that work and were isolated nevertheless."""
    position_max_m: float
    attitude_max_deg: float
    rate_rms_dps: float
    rate_max_dps: float
    position_end_m: float
    attitude_end_deg: float
    safe_after_s: float | None
    reason: str
    propellant_kg: float
    """Burnt from the first failure on."""
    dry_after_s: float | None
    """From the first failure until the tank was dry."""
    held_s: float
    """From the last failure until the craft was not held any more, or dry, or the end."""


def singles() -> list[tuple[Failure, ...]]:
    """Every nozzle, closed and open, with honest feedback and with feedback that lies."""
    kinds = (*HONEST, *UNSEEN)
    return [(Failure(n, kind, FIRST_S),) for kind in kinds for n in range(NOZZLES)]


def pairs() -> list[tuple[Failure, ...]]:
    """Every pair of nozzles, each closed and open, with honest feedback."""
    return [
        (Failure(a, first, FIRST_S), Failure(b, second, SECOND_S))
        for first, second in product(HONEST, repeat=2)
        for a, b in combinations(range(NOZZLES), 2)
    ]


def fly(spec: BotSpec, case: tuple[Failure, ...], flight: int = 0) -> Outcome:
    """Flies a case, for the first time or for a later `flight`, and judges it. The seed of its
    sensors' noise comes from the case and the flight."""
    words = " ".join(map(str, case)) + (f" {flight}" if flight else "")
    failures = tuple(replace(f, at_s=f.at_s + LATER_S * flight) for f in case)
    return judge(failures, _columns(spec, failures, crc32(words.encode())))


def _columns(spec: BotSpec, failures: tuple[Failure, ...], seed: int) -> Columns:
    last_s = failures[-1].at_s
    times = (0.5, 0.6, last_s + MOVE_S, last_s + BACK_S)
    timeline: list[tuple[int, bytes | None, tuple[str, int, str, bool] | None]] = []
    for number, (at_s, text) in enumerate(zip(times, COMMANDS, strict=True)):
        command = parse_command(text)
        command.command_id = number + 1
        timeline.append((_tick(at_s), command.SerializeToString(), None))
    timeline += [(_tick(f.at_s), None, (f.kind, f.nozzle, "", True)) for f in failures]
    craft = spec.core_json()
    rest = (0.0, 0.0, 0.0)
    attitude = (0.0, 0.0, 0.0, 1.0)
    ticks = _tick(last_s + END_S)
    timeline.sort(key=lambda entry: entry[0])
    selection = sorted({*COLUMNS}.union(*map(columns_read, JUDGED)))
    return fly_case(
        craft, craft, PERIOD_US, seed, rest, rest, attitude, rest, ticks, timeline, selection
    )


def _tick(seconds: float) -> int:
    return round(seconds * 1e6 / PERIOD_US)


def judge(failures: tuple[Failure, ...], columns: Columns) -> Outcome:
    """The outcome of a flight."""
    first, last = _tick(failures[0].at_s), _tick(failures[-1].at_s)
    fuel_kg = columns["propellant_kg"]
    dry = _first(fuel_kg < DRY_KG, 0)
    end = len(fuel_kg) if dry is None else dry
    position_m, attitude_deg, rate_dps = (
        SIGNALS[name].of(columns)[last:end].astype(np.float64) for name in JUDGED
    )
    safe = _first(columns["mode"][:end] == SAFE, last)
    rms_dps = float(np.sqrt(np.mean(rate_dps**2)))
    outside = _first((position_m > POSITION_MAX_M) | (attitude_deg > ATTITUDE_MAX_DEG), 0)
    held = outside is None and rms_dps <= RATE_RMS_MAX_DPS
    leaves = [row for row in (outside, None if safe is None else safe - last) if row is not None]
    blames = columns["stuck_closed"] | columns["stuck_open"] | columns["feedback_lies"]
    all_blamed = int(np.bitwise_or.reduce(blames[:end]))
    broken = {failure.nozzle for failure in failures}
    return Outcome(
        failures=failures,
        found=tuple(_found(failure, columns, end) for failure in failures),
        verdict="SAFE" if safe is not None else "held" if held else "degraded",
        blamed=tuple(n for n in range(NOZZLES) if all_blamed >> n & 1 and n not in broken),
        position_max_m=float(position_m.max()),
        attitude_max_deg=float(attitude_deg.max()),
        rate_rms_dps=rms_dps,
        rate_max_dps=float(rate_dps.max()),
        position_end_m=float(position_m[-1]),
        attitude_end_deg=float(attitude_deg[-1]),
        safe_after_s=None if safe is None else _seconds(safe - last),
        reason="" if safe is None else REASON_NAMES[int(columns["inhibit_reason"][safe])],
        propellant_kg=float(fuel_kg[first] - fuel_kg[-1]),
        dry_after_s=None if dry is None else _seconds(dry - first),
        held_s=_seconds(min([end - last, *leaves])),
    )


def _found(failure: Failure, columns: Columns, end: int) -> Found:
    nozzle, begin = failure.nozzle, _tick(failure.at_s)
    bits = columns["stuck_open" if failure.opens else "stuck_closed"]
    known = _first(bits[:end] >> nozzle & 1 == 1, begin)
    on_us = columns["on_time_us"][:, nozzle]
    commanded_ms = float(on_us[begin : end if known is None else known].sum()) * 1e-3
    if known is None:
        return Found(commanded_ms, None, False, None)
    ordered = begin if failure.opens else _first(on_us > 0, begin)
    thrust_n = columns["thrust_n"][:, nozzle]
    counted_n = columns["thrust_n"].max() if failure.opens else 0.0
    settled = _first((on_us == 0) & (np.abs(thrust_n - counted_n) < 0.01), known)
    return Found(
        commanded_ms,
        _seconds(known - (known if ordered is None else min(ordered, known))) * 1e3,
        bool(columns["found_by_motion"][known] >> nozzle & 1),
        None if settled is None else settled - known,
    )


def _first(holds: np.ndarray[tuple[int], np.dtype[np.bool_]], start: int) -> int | None:
    """The first row from `start` on that holds."""
    rows = np.flatnonzero(holds[start:])
    return int(rows[0]) + start if len(rows) else None


def _seconds(ticks: int) -> float:
    return ticks * PERIOD_US * 1e-6
