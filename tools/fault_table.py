"""Flies every single failure and every pair of failures, and keeps what becomes of the craft.

    python tools/fault_table.py             write docs/reference/fault_table.csv and .md
    python tools/fault_table.py --check     exit 1 where a number of the table has changed
    python tools/fault_table.py --check --cases 60    the same for so many cases, chosen by a seed

The flights are those of `qiki_hil.campaign.failures`, eight a case: Rust alone, so that all of
them take less than ten minutes on two processors.
"""

import argparse
import csv
import io
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from fault_page import VERDICTS, page

from qiki_hil.campaign.failures import (
    FLIGHTS,
    REALLOCATED_MAX_TICKS,
    Failure,
    Found,
    Outcome,
    fly,
    pairs,
    singles,
)
from qiki_hil.campaign.summary import statistics
from qiki_hil.spec import BotSpec

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "reference"
BOT = "dodeca-01"
SEED = 1
CURE = "cure: look at what changed; if it is meant, make fault-table"

Row = dict[str, str]
Case = list[Outcome]
"""The flights of a case."""


def cases(number: int | None) -> list[tuple[Failure, ...]]:
    """All cases, or so many of them, the same ones every time."""
    everything = singles() + pairs()
    if number is None or number >= len(everything):
        return everything
    chosen = sorted(random.Random(SEED).sample(range(len(everything)), number))
    return [everything[index] for index in chosen]


def flown(todo: Sequence[tuple[Failure, ...]]) -> list[Case]:
    """The flights of the cases, in their order, flown on all processors."""
    spec = BotSpec.load(BOT)
    each = [case for case in todo for _ in range(FLIGHTS)]
    numbers = list(range(FLIGHTS)) * len(todo)
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        outcomes = list(pool.map(fly, [spec] * len(numbers), each, numbers, chunksize=FLIGHTS))
    return [outcomes[i : i + FLIGHTS] for i in range(0, len(outcomes), FLIGHTS)]


def as_row(case: Case) -> Row:
    """A line of the table: counts of flights, and of each number its median and its worst."""
    verdicts = Counter(outcome.verdict for outcome in case)
    reasons = Counter(outcome.reason for outcome in case if outcome.reason)
    found = list(zip(*(outcome.found for outcome in case), strict=True))
    return {
        "case": name(case),
        "flights": str(len(case)),
        **{verdict.lower(): str(verdicts[verdict]) for verdict in VERDICTS},
        "reasons": " ".join(f"{reason} {count}" for reason, count in sorted(reasons.items())),
        "found": _count(found, lambda f: f.after_ms is not None),
        "not_needed": _count(found, lambda f: f.after_ms is None and not f.missed),
        "missed": _count(found, lambda f: f.missed),
        "by_motion": _count(found, lambda f: f.by_motion),
        "found_after_ms": " + ".join(_spread([f.after_ms for f in each], 0) for each in found),
        "realloc_ticks_max": _most([f.reallocated_ticks for each in found for f in each]),
        "blamed": str(sum(bool(outcome.blamed) for outcome in case)),
        "held_s_min": f"{min(outcome.held_s for outcome in case):.1f}",
        "dry_after_s": _spread([outcome.dry_after_s for outcome in case], 1),
        "safe_after_s": _spread([outcome.safe_after_s for outcome in case], 1),
        "position_max_m": _spread([outcome.position_max_m for outcome in case], 2),
        "position_end_m": _spread([outcome.position_end_m for outcome in case], 2),
        "attitude_max_deg": _spread([outcome.attitude_max_deg for outcome in case], 1),
        "rate_rms_dps": _spread([outcome.rate_rms_dps for outcome in case], 1),
        "rate_max_dps": _spread([outcome.rate_max_dps for outcome in case], 1),
        "propellant_kg": _spread([outcome.propellant_kg for outcome in case], 2),
    }


def name(case: Case) -> str:
    """The failures of a case in words."""
    return " + ".join(map(str, case[0].failures))


def _count(found: Sequence[Sequence[Found]], holds: Callable[[Found], bool]) -> str:
    return " + ".join(str(sum(map(holds, each))) for each in found)


def _spread(values: Sequence[float | None], decimals: int) -> str:
    known = statistics(values)
    return "–" if known is None else f"{known.p50:.{decimals}f} {known.max:.{decimals}f}"


def _most(values: Sequence[int | None]) -> str:
    return str(max((value for value in values if value is not None), default="–"))


def as_csv(rows: Sequence[Row]) -> str:
    """The rows as text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def broken_rules(case: Case) -> list[str]:
    """What must hold in any flight, committed or not."""
    words = []
    for number, outcome in enumerate(case):
        where = f"{name(case)}, flight {number}"
        for found in outcome.found:
            ticks = found.reallocated_ticks
            if found.after_ms is not None and (ticks is None or ticks > REALLOCATED_MAX_TICKS):
                words.append(f"{where}: reallocated after {ticks} ticks")
            if found.missed:
                words.append(f"{where}: told for {found.commanded_ms:.0f} ms and not found")
    return words


def differences(rows: Sequence[Row], path: Path) -> list[str]:
    """One line for each case that is not what the committed table says."""
    if not path.exists():
        return [f"{path.name}: missing"]
    with path.open(encoding="utf-8", newline="") as file:
        committed = {row["case"]: row for row in csv.DictReader(file)}
    words = []
    for row in rows:
        was = committed.get(row["case"], {})
        changed = [
            f"{column} {was.get(column)!r} is now {value!r}"
            for column, value in row.items()
            if was.get(column) != value
        ]
        if changed:
            words.append(f"{row['case']}: {', '.join(changed)}")
    return words


def main(arguments: list[str] | None = None) -> int:
    """Writes the table, or checks it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 on a change")
    parser.add_argument("--cases", type=int, help="only so many, chosen by a seed; with --check")
    options = parser.parse_args(arguments)
    if options.cases is not None and not options.check:
        parser.error("--cases needs --check: a table is written whole")
    flights = flown(cases(options.cases))
    rows = [as_row(case) for case in flights]
    problems = [words for case in flights for words in broken_rules(case)]
    if options.check:
        problems += differences(rows, OUTPUT / "fault_table.csv")
    else:
        OUTPUT.mkdir(parents=True, exist_ok=True)
        (OUTPUT / "fault_table.csv").write_text(as_csv(rows), "utf-8")
        (OUTPUT / "fault_table.md").write_text(page(flights), "utf-8")
    if problems:
        sys.stderr.write("\n".join([*problems, CURE, ""]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
