"""What is made of a flight with failures, and that the committed table is what is flown."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from qiki_hil.campaign.failures import (
    FIRST_S,
    FLIGHTS,
    LATER_S,
    REALLOCATED_MAX_TICKS,
    SECOND_S,
    Failure,
    fly,
    pairs,
    singles,
)
from qiki_hil.spec import BotSpec

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "reference" / "fault_table.csv"


@pytest.fixture(scope="module")
def spec() -> BotSpec:
    return BotSpec.load("dodeca-01")


def committed() -> dict[str, dict[str, str]]:
    """The rows of the committed table by case."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


def test_every_single_failure_and_every_pair_is_a_case() -> None:
    assert len(singles()) == 16 * 4
    assert len(pairs()) == 120 * 4
    assert len(set(singles() + pairs())) == 544
    assert all(a.nozzle < b.nozzle for a, b in pairs())


@pytest.mark.parametrize("kind", ["stuck_open", "stuck_open_unseen"])
def test_an_open_nozzle_is_found_at_once_and_countered_until_the_tank_is_dry(
    spec: BotSpec, kind: str
) -> None:
    outcome = fly(spec, (Failure(3, kind, FIRST_S),))
    (found,) = outcome.found
    assert found.after_ms is not None
    assert found.after_ms < 40.0
    assert found.by_motion == (kind == "stuck_open_unseen")
    assert found.reallocated_ticks is not None
    assert found.reallocated_ticks <= REALLOCATED_MAX_TICKS
    assert outcome.blamed == ()
    assert outcome.verdict != "SAFE"
    # The table has the median and the most of all flights.
    row = committed()[str(outcome.failures[0])]
    assert outcome.dry_after_s is not None
    assert outcome.dry_after_s <= float(row["dry_after_s"].split()[1]) + 0.05
    assert outcome.propellant_kg <= float(row["propellant_kg"].split()[1]) + 0.005


def test_a_nozzle_that_is_never_needed_is_not_missed(spec: BotSpec) -> None:
    outcomes = [fly(spec, (Failure(n, "stuck_closed", FIRST_S),)) for n in range(16)]
    found = [outcome.found[0] for outcome in outcomes]
    assert not any(f.missed for f in found)
    assert sum(f.after_ms is not None for f in found) >= 8
    assert all(outcome.verdict == "held" for outcome in outcomes)


def test_a_pair_that_the_rest_cannot_hold_ends_in_safe(spec: BotSpec) -> None:
    outcome = fly(spec, (Failure(0, "stuck_closed", FIRST_S), Failure(2, "stuck_open", SECOND_S)))
    assert (outcome.verdict, outcome.reason) == ("SAFE", "VALVE_FAULT")
    assert outcome.safe_after_s is not None
    assert outcome.held_s <= outcome.safe_after_s < 0.5
    assert outcome.rate_max_dps < 20.0


def test_the_same_case_is_the_same_flight(spec: BotSpec) -> None:
    failures = (Failure(5, "stuck_open", FIRST_S),)
    assert fly(spec, failures, 1) == fly(spec, failures, 1)


def test_flights_of_a_case_differ_in_noise_and_in_when_it_fails(spec: BotSpec) -> None:
    first, later = (fly(spec, (Failure(5, "stuck_open", FIRST_S),), number) for number in (0, 7))
    assert later.failures[0].at_s == pytest.approx(FIRST_S + 7 * LATER_S)
    assert str(later.failures[0]) == str(first.failures[0])
    assert later.rate_rms_dps != first.rate_rms_dps


def test_the_committed_table_is_whole() -> None:
    rows = committed()
    assert list(rows) == [" + ".join(map(str, c)) for c in singles() + pairs()]
    for row in rows.values():
        assert int(row["flights"]) == FLIGHTS
        assert sum(int(row[verdict]) for verdict in ("held", "degraded", "safe")) == FLIGHTS
        assert set(row["missed"].split(" + ")) == {"0"}


@pytest.mark.slow
def test_some_cases_of_the_committed_table_flown_again_come_to_the_same() -> None:
    command = [sys.executable, "tools/fault_table.py", "--check", "--cases", "10"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_table_is_not_written_in_part() -> None:
    command = [sys.executable, "tools/fault_table.py", "--cases", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "a table is written whole" in done.stderr
