"""The fault table as a page for people."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from qiki_hil.campaign.failures import (
    ATTITUDE_MAX_DEG,
    BACK_S,
    COMMANDED_MS,
    COMMANDS,
    END_S,
    FIRST_S,
    FLIGHTS,
    LATER_S,
    MOVE_S,
    POSITION_MAX_M,
    RATE_RMS_MAX_DPS,
    REALLOCATED_MAX_TICKS,
    SECOND_S,
    Outcome,
)
from qiki_hil.campaign.summary import rate

VERDICTS = ("held", "degraded", "SAFE")
HEAD = """# What becomes of the craft when nozzles fail

Made by `tools/fault_table.py` (`make fault-table`); the numbers of every case are in
[fault_table.csv](fault_table.csv). How faults are found and what follows is in
[the maths](../math/faults.md).
"""


Case = Sequence[Outcome]


def page(cases: Sequence[Case]) -> str:
    """The whole page."""
    outcomes = [outcome for case in cases for outcome in case]
    parts = [HEAD, _flown(), _counts(outcomes), _found(outcomes), _held(outcomes)]
    parts += [_safe(cases), _degraded(cases), _mistaken(cases)]
    return "\n".join(part for part in parts if part)


def _flown() -> str:
    return f"""## How a case is flown and judged

Bot dodeca-01 on the simulated rig at 500 Hz, with sensor noise, tank and supercapacitor as they
start. It holds its pose (`{COMMANDS[1]}`). A nozzle fails after {FIRST_S:g} s; of a pair the second
one after {SECOND_S:g} s. {MOVE_S:g} s after the last failure comes `{COMMANDS[2]}`, {BACK_S:g} s
after it `{COMMANDS[3]}`, and {END_S:g} s after it the case is over.

What becomes of it hangs on chance too: on the noise, and on where in its pulses a craft is when a
nozzle fails. Each case is flown {FLIGHTS} times, with other noise and each time {LATER_S:g} s
later.

Judged is the time from the last failure on, until the tank is dry or the case is over. Errors are
distances from the reference that is being tracked.

| verdict | means |
|---|---|
| held | at most {POSITION_MAX_M:g} m and {ATTITUDE_MAX_DEG:g}° from the reference, at most \
{RATE_RMS_MAX_DPS:g}°/s rms |
| degraded | beyond that, but flying: the mode is not SAFE |
| SAFE | the controller gave the motion up, with a reason, and damps the rotation |

A nozzle that is stuck closed shows when it is told to open. One that was never told for longer
than {COMMANDED_MS:g} ms need not be found and costs nothing: "not needed". From the tick in which a
fault is known, the nozzle must be out of the allocation within {REALLOCATED_MAX_TICKS} ticks.
"""


def _kind(outcome: Outcome) -> str:
    kinds = [failure.kind.removeprefix("stuck_") for failure in outcome.failures]
    return ", then ".join(kinds).replace("_unseen", ", feedback lies")


def _counts(outcomes: Sequence[Outcome]) -> str:
    kinds = list(dict.fromkeys(map(_kind, outcomes)))
    rows = [_shares(kind, [o for o in outcomes if _kind(o) == kind]) for kind in kinds]
    rows.append(_shares("all", outcomes))
    return (
        "## Verdicts\n\n"
        + _table(["failures", "flights", *VERDICTS], rows)
        + "\nIn brackets: what the share is for any flight with such failures, at 95 % (Wilson's "
        "interval).\n"
    )


def _shares(kind: str, outcomes: Sequence[Outcome]) -> list[str]:
    cells = [kind, str(len(outcomes))]
    for verdict in VERDICTS:
        share = rate(sum(o.verdict == verdict for o in outcomes), len(outcomes))
        low, high = 100.0 * share.low, 100.0 * share.high
        cells.append(f"{share.passed} ({low:.1f} to {high:.1f} %)")
    return cells


def _found(outcomes: Sequence[Outcome]) -> str:
    rows = []
    for kind in dict.fromkeys(f.kind for o in outcomes for f in o.failures):
        found = [
            found
            for outcome in outcomes
            for failure, found in zip(outcome.failures, outcome.found, strict=True)
            if failure.kind == kind
        ]
        after_ms = [f.after_ms for f in found if f.after_ms is not None]
        ticks = [f.reallocated_ticks for f in found if f.reallocated_ticks is not None]
        rows.append(
            [
                kind.removeprefix("stuck_").replace("_unseen", ", feedback lies"),
                str(len(after_ms)),
                str(sum(f.after_ms is None and not f.missed for f in found)),
                str(sum(f.missed for f in found)),
                str(sum(f.by_motion for f in found)),
                _spread(after_ms),
                str(max(ticks, default=0)),
            ]
        )
    head = ["failure", "found", "not needed", "missed", "by motion"]
    return (
        "## Found\n\n"
        + _table([*head, "after, ms (median, 95 %, most)", "reallocated, ticks, most"], rows)
        + "\nTime counts from the failure where the nozzle is open, and from the first order after "
        "it where it\nis closed.\n"
    )


def _held(outcomes: Sequence[Outcome]) -> str:
    open_ones = [o for o in outcomes if any(f.opens for f in o.failures)]
    rows = []
    for words, count in (("one open", 1), ("two open", 2)):
        mine = [o for o in open_ones if sum(f.opens for f in o.failures) == count]
        flying = [o.held_s for o in mine if o.verdict != "SAFE"]
        dry_s = [o.dry_after_s for o in mine if o.dry_after_s is not None]
        rows.append([words, str(len(mine)), _spread(flying, 1), _spread(dry_s, 1)])
    rest = [o for o in outcomes if o not in open_ones]
    burnt = [o.propellant_kg for o in rest]
    head = [
        "nozzles",
        "flights",
        "held, s (median, 95 %, most)",
        "dry after, s (median, 95 %, most)",
    ]
    return (
        "## How long\n\n"
        "An open nozzle burns 0.41 kg/s, and what counters it at least as much again. The tank of "
        "12 kg is\nempty after ten seconds or so, and then nothing counters anything: that is "
        "physics, not control.\nHeld counts from the last failure, dry from the first; SAFE cases "
        "are left out of held.\n\n"
        + _table(head, rows)
        + f"\nWith closed nozzles alone a flight burns {min(burnt):.2f} to {max(burnt):.2f} kg, "
        "and the craft flies on.\n"
    )


def _safe(cases: Sequence[Case]) -> str:
    mine = [[o for o in case if o.verdict == "SAFE"] for case in cases]
    reasons = Counter(o.reason for safe in mine for o in safe)
    words = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    return f"## SAFE\n\nFlights: {words}.\n\n" + _cases(
        mine,
        ("after, s", lambda o: o.safe_after_s, 2),
        ("held before, s", lambda o: o.held_s, 1),
        ("rate rms, °/s", lambda o: o.rate_rms_dps, 1),
        ("rate max, °/s", lambda o: o.rate_max_dps, 1),
        ("position at the end, m", lambda o: o.position_end_m, 2),
        ("dry after, s", lambda o: o.dry_after_s, 1),
    )


def _degraded(cases: Sequence[Case]) -> str:
    mine = [[o for o in case if o.verdict == "degraded"] for case in cases]
    return "## Degraded\n\n" + (
        _cases(
            sorted(mine, key=lambda case: -max((o.attitude_max_deg for o in case), default=0.0)),
            ("position max, m", lambda o: o.position_max_m, 2),
            ("attitude max, °", lambda o: o.attitude_max_deg, 1),
            ("rate rms, °/s", lambda o: o.rate_rms_dps, 1),
            ("held, s", lambda o: o.held_s, 1),
        )
        if any(mine)
        else "No flight.\n"
    )


def _mistaken(cases: Sequence[Case]) -> str:
    mine = [(case[0], nozzles) for case in cases if (nozzles := Counter(_blamed(case)))]
    if not mine:
        return "## Blamed by mistake\n\nNo nozzle that works.\n"
    rows = [
        [
            " + ".join(map(str, outcome.failures)),
            ", ".join(f"{n:02d} in {count}" for n, count in sorted(nozzles.items())),
        ]
        for outcome, nozzles in mine
    ]
    return "## Blamed by mistake\n\n" + _table(["case", "nozzles that work, flights"], rows)


def _blamed(case: Case) -> list[int]:
    return [nozzle for outcome in case for nozzle in outcome.blamed]


Number = Callable[[Outcome], float | None]


def _cases(cases: Iterable[Case], *columns: tuple[str, Number, int]) -> str:
    """Of each case the flights that it is about: their number, and median and most of numbers."""
    rows = []
    for case in filter(None, cases):
        numbers = ([v for o in case if (v := value(o)) is not None] for _, value, _ in columns)
        spreads = map(_middle_and_most, numbers, (decimals for *_, decimals in columns))
        rows.append([" + ".join(map(str, case[0].failures)), str(len(case)), *spreads])
    head = ["case", f"flights of {FLIGHTS}", *(heading for heading, *_ in columns)]
    return _table(head, rows) + "\nOf each number the median and the most.\n"


def _middle_and_most(values: Sequence[float], decimals: int) -> str:
    if not values:
        return "–"
    middle, most = np.percentile(values, [50.0, 100.0], method="higher")
    return f"{middle:.{decimals}f}, {most:.{decimals}f}"


def _spread(values: Sequence[float], decimals: int = 0) -> str:
    if not values:
        return "–"
    p50, p95, p100 = np.percentile(values, [50.0, 95.0, 100.0], method="higher")
    return f"{p50:.{decimals}f}, {p95:.{decimals}f}, {p100:.{decimals}f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
