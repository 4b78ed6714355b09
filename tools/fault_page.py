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
    MOVE_S,
    POSITION_MAX_M,
    RATE_RMS_MAX_DPS,
    REALLOCATED_MAX_TICKS,
    SECOND_S,
    Outcome,
)

VERDICTS = ("held", "degraded", "SAFE")
HEAD = """# What becomes of the craft when nozzles fail

Made by `tools/fault_table.py` (`make fault-table`); the numbers of every case are in
[fault_table.csv](fault_table.csv). How faults are found and what follows is in
[the maths](../math/faults.md).
"""


def page(outcomes: Sequence[Outcome]) -> str:
    """The whole page."""
    parts = [HEAD, _flown(), _counts(outcomes), _found(outcomes), _held(outcomes)]
    parts += [_safe(outcomes), _degraded(outcomes), _mistaken(outcomes)]
    return "\n".join(part for part in parts if part)


def _flown() -> str:
    return f"""## How a case is flown and judged

Bot dodeca-01 on the simulated rig at 500 Hz, with sensor noise, tank and supercapacitor as they
start. It holds its pose (`{COMMANDS[1]}`). A nozzle fails after {FIRST_S:g} s; of a pair the second
one after {SECOND_S:g} s. {MOVE_S:g} s after the last failure comes `{COMMANDS[2]}`, {BACK_S:g} s
after it `{COMMANDS[3]}`, and {END_S:g} s after it the case is over.

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
    counts = Counter((_kind(outcome), outcome.verdict) for outcome in outcomes)
    kinds = dict.fromkeys(map(_kind, outcomes))
    rows = [[kind, *(str(counts[kind, verdict]) for verdict in VERDICTS)] for kind in kinds]
    rows.append(["all", *(str(sum(o.verdict == v for o in outcomes)) for v in VERDICTS)])
    return "## Verdicts\n\n" + _table(["failures", *VERDICTS], rows)


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
    head = ["nozzles", "cases", "held, s (median, 95 %, most)", "dry after, s (median, 95 %, most)"]
    return (
        "## How long\n\n"
        "An open nozzle burns 0.41 kg/s, and what counters it at least as much again. The tank of "
        "12 kg is\nempty after ten seconds or so, and then nothing counters anything: that is "
        "physics, not control.\nHeld counts from the last failure, dry from the first; SAFE cases "
        "are left out of held.\n\n"
        + _table(head, rows)
        + f"\nWith closed nozzles alone the case burns {min(burnt):.2f} to {max(burnt):.2f} kg, "
        "and the craft flies on.\n"
    )


def _safe(outcomes: Sequence[Outcome]) -> str:
    mine = [o for o in outcomes if o.verdict == "SAFE"]
    reasons = Counter(o.reason for o in mine)
    words = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    return f"## SAFE\n\n{len(mine)} cases: {words}.\n\n" + _cases(
        mine,
        ("reason", lambda o: o.reason),
        ("after, s", lambda o: f"{o.safe_after_s:.2f}"),
        ("held before, s", lambda o: f"{o.held_s:.1f}"),
        ("rate rms, °/s", lambda o: f"{o.rate_rms_dps:.1f}"),
        ("rate max, °/s", lambda o: f"{o.rate_max_dps:.1f}"),
        ("position at the end, m", lambda o: f"{o.position_end_m:.2f}"),
        ("dry after, s", lambda o: "–" if o.dry_after_s is None else f"{o.dry_after_s:.1f}"),
    )


def _degraded(outcomes: Sequence[Outcome]) -> str:
    mine = [o for o in outcomes if o.verdict == "degraded"]
    return "## Degraded\n\n" + (
        _cases(
            sorted(mine, key=lambda o: -o.attitude_max_deg),
            ("position max, m", lambda o: f"{o.position_max_m:.2f}"),
            ("attitude max, °", lambda o: f"{o.attitude_max_deg:.1f}"),
            ("rate rms, °/s", lambda o: f"{o.rate_rms_dps:.1f}"),
            ("held, s", lambda o: f"{o.held_s:.1f}"),
        )
        if mine
        else "No case.\n"
    )


def _mistaken(outcomes: Sequence[Outcome]) -> str:
    mine = [o for o in outcomes if o.blamed]
    if not mine:
        return "## Blamed by mistake\n\nNo nozzle that works.\n"
    return "## Blamed by mistake\n\n" + _cases(
        mine, ("nozzles that work", lambda o: ", ".join(map(str, o.blamed)))
    )


def _cases(outcomes: Iterable[Outcome], *columns: tuple[str, Callable[[Outcome], str]]) -> str:
    rows = [
        [" + ".join(map(str, outcome.failures)), *(value(outcome) for _, value in columns)]
        for outcome in outcomes
    ]
    return _table(["case", *(name for name, _ in columns)], rows)


def _spread(values: Sequence[float], decimals: int = 0) -> str:
    if not values:
        return "–"
    p50, p95, p100 = np.percentile(values, [50.0, 95.0, 100.0], method="higher")
    return f"{p50:.{decimals}f}, {p95:.{decimals}f}, {p100:.{decimals}f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
