"""Flies every single failure and every pair of failures, and keeps what becomes of the craft.

    python tools/fault_table.py             write docs/reference/fault_table.csv and .md
    python tools/fault_table.py --check     exit 1 where a verdict or a finding has changed
    python tools/fault_table.py --check --cases 60    the same for so many cases, chosen by a seed

The flights are those of `qiki_hil.campaign.failures`: Rust alone, so that all of them take less
than two minutes on two processors.
"""

import argparse
import csv
import io
import os
import random
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from fault_page import page

from qiki_hil.campaign.failures import (
    REALLOCATED_MAX_TICKS,
    Failure,
    Found,
    Outcome,
    fly,
    pairs,
    singles,
)
from qiki_hil.spec import BotSpec

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "reference"
BOT = "dodeca-01"
SEED = 1
CURE = "cure: look at what changed; if it is meant, make fault-table"

Row = dict[str, str]
KEPT = ("verdict", "reason", "found", "by", "blamed", "realloc_ticks")
"""What must not change unseen."""


def cases(number: int | None) -> list[tuple[Failure, ...]]:
    """All cases, or so many of them, the same ones every time."""
    everything = singles() + pairs()
    if number is None or number >= len(everything):
        return everything
    chosen = sorted(random.Random(SEED).sample(range(len(everything)), number))
    return [everything[index] for index in chosen]


def flown(todo: Sequence[tuple[Failure, ...]]) -> list[Outcome]:
    """The outcomes of the cases, in their order, flown on all processors."""
    spec = BotSpec.load(BOT)
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return list(pool.map(fly, [spec] * len(todo), todo, chunksize=8))


def as_row(outcome: Outcome) -> Row:
    """A line of the table, in words and rounded numbers."""
    return {
        "case": " + ".join(map(str, outcome.failures)),
        "verdict": outcome.verdict,
        "reason": outcome.reason,
        "found": _each(outcome, _found_word),
        "by": _each(outcome, _witness),
        "found_after_ms": _each(outcome, lambda f: _number(f.after_ms, 0)),
        "realloc_ticks": _each(outcome, lambda f: _number(f.reallocated_ticks, 0)),
        "blamed": " ".join(map(str, outcome.blamed)),
        "held_s": _number(outcome.held_s, 1),
        "dry_after_s": _number(outcome.dry_after_s, 1),
        "safe_after_s": _number(outcome.safe_after_s, 1),
        "position_max_m": _number(outcome.position_max_m, 2),
        "position_end_m": _number(outcome.position_end_m, 2),
        "attitude_max_deg": _number(outcome.attitude_max_deg, 1),
        "attitude_end_deg": _number(outcome.attitude_end_deg, 1),
        "rate_rms_dps": _number(outcome.rate_rms_dps, 1),
        "rate_max_dps": _number(outcome.rate_max_dps, 1),
        "propellant_kg": _number(outcome.propellant_kg, 2),
    }


def _each(outcome: Outcome, word: Callable[[Found], str]) -> str:
    return " + ".join(word(found) for found in outcome.found)


def _found_word(found: Found) -> str:
    if found.after_ms is not None:
        return "yes"
    return "MISSED" if found.missed else "not needed"


def _witness(found: Found) -> str:
    return "–" if found.after_ms is None else "motion" if found.by_motion else "feedback"


def _number(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{value:.{decimals}f}"


def as_csv(rows: Sequence[Row]) -> str:
    """The rows as text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def broken_rules(outcomes: Sequence[Outcome]) -> list[str]:
    """What must hold in any table, committed or not."""
    words = []
    for outcome in outcomes:
        name = " + ".join(map(str, outcome.failures))
        for found in outcome.found:
            ticks = found.reallocated_ticks
            if found.after_ms is not None and (ticks is None or ticks > REALLOCATED_MAX_TICKS):
                words.append(f"{name}: reallocated after {ticks} ticks")
            if found.missed:
                words.append(f"{name}: told for {found.commanded_ms:.0f} ms and not found")
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
            f"{name} {was.get(name)!r} is now {row[name]!r}"
            for name in KEPT
            if was.get(name) != row[name]
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
    outcomes = flown(cases(options.cases))
    rows = [as_row(outcome) for outcome in outcomes]
    problems = broken_rules(outcomes)
    if options.check:
        problems += differences(rows, OUTPUT / "fault_table.csv")
    else:
        OUTPUT.mkdir(parents=True, exist_ok=True)
        (OUTPUT / "fault_table.csv").write_text(as_csv(rows), "utf-8")
        (OUTPUT / "fault_table.md").write_text(page(outcomes), "utf-8")
    if problems:
        sys.stderr.write("\n".join([*problems, CURE, ""]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
