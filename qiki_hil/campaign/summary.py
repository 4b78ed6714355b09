"""The summary of a campaign: pass rates with confidence intervals, statistics of its metrics."""

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np
from pydantic import BaseModel, ConfigDict

from qiki_hil.campaign.file import Campaign
from qiki_hil.campaign.flight import METRICS, Row, expectation_name
from qiki_hil.digits import Digits
from qiki_hil.scenario import Scenario
from qiki_hil.scenario.expectations import describe_bound

SCHEMA_VERSION = 2
CONFIDENCE = 0.95


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rate(_Model):
    """Cases that passed, and the interval that holds the true rate with probability
    `CONFIDENCE`."""

    passed: int
    of: int
    rate: float | None
    low: float
    high: float


class Statistics(_Model):
    """Statistics of a number over the cases that have it."""

    count: int
    mean: float
    min: float
    p05: float
    p50: float
    p95: float
    p99: float
    max: float


class Judged(_Model):
    """An expectation over the cases of its scenario."""

    name: str
    signal: str
    bound: str
    met: Rate
    measured: Statistics | None
    margin: Statistics | None


class PerScenario(_Model):
    """The cases of one scenario."""

    name: str
    cases: Rate
    expectations: list[Judged]
    metrics: dict[str, Statistics | None]


class Failure(_Model):
    """A case that did not pass, and the command that flies it again."""

    case: int
    scenario: str
    failing: list[str]
    error: str | None
    command: str


class CampaignSummary(_Model):
    """All of it; `model_dump_json()` is the one object that `--json` prints."""

    schema_version: int = SCHEMA_VERSION
    campaign: str
    directory: str
    seed: Digits
    spec_hash: str
    rate_hz: int
    versions: dict[str, str]
    cases: int
    flown: int
    interrupted: bool
    confidence: float = CONFIDENCE
    passed: Rate
    require: float
    met: bool
    scenarios: list[PerScenario]
    failures: list[Failure]
    simulated_s: float
    wall_s: float
    speed_ratio: float | None
    workers: str


def summarize(
    campaign: Campaign,
    rows: Sequence[Row],
    *,
    directory: str,
    versions: dict[str, str],
    interrupted: bool,
    wall_s: float,
    workers: str,
    command: Callable[[int], str],
) -> CampaignSummary:
    """The summary of the rows. `command` gives the command line that flies a case again."""
    entries = campaign.entries
    passed = rate(sum(row["passed"] for row in rows), len(rows))
    durations = {scenario.name: scenario.duration_s for scenario in campaign.scenarios}
    flown = (row for row in rows if row["error"] is None)
    simulated_s = math.fsum(durations[row["scenario"]] for row in flown)
    whole = len(rows) == entries.cases
    return CampaignSummary(
        campaign=entries.name,
        directory=directory,
        seed=entries.seed,
        spec_hash=campaign.spec.hash,
        rate_hz=entries.rate_hz,
        versions=versions,
        cases=entries.cases,
        flown=len(rows),
        interrupted=interrupted,
        passed=passed,
        require=entries.require,
        met=whole and passed.passed >= entries.require * passed.of,
        scenarios=[_per_scenario(scenario, rows) for scenario in campaign.scenarios],
        failures=[
            Failure(
                case=row["case"],
                scenario=row["scenario"],
                failing=row["failing"],
                error=row["error"],
                command=command(row["case"]),
            )
            for row in sorted(rows, key=lambda row: int(row["case"]))
            if not row["passed"]
        ],
        simulated_s=simulated_s,
        wall_s=wall_s,
        speed_ratio=simulated_s / wall_s if wall_s > 0.0 else None,
        workers=workers,
    )


def rate(passed: int, of: int) -> Rate:
    """A rate with Wilson's score interval (JASA 22, 1927), which holds near 0 and 1 as well."""
    if not of:
        return Rate(passed=0, of=0, rate=None, low=0.0, high=1.0)
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2.0)
    share = passed / of
    scale = 1.0 + z * z / of
    centre = (share + z * z / (2.0 * of)) / scale
    half = z / scale * math.sqrt(share * (1.0 - share) / of + z * z / (4.0 * of * of))
    low = 0.0 if passed == 0 else max(0.0, centre - half)
    high = 1.0 if passed == of else min(1.0, centre + half)
    return Rate(passed=passed, of=of, rate=share, low=low, high=high)


def statistics(values: Sequence[float | None]) -> Statistics | None:
    """Statistics of the values that are known; None where none is. Percentiles are values that
    occurred (the next higher one), so that a case can be found for each."""
    known = np.array([value for value in values if value is not None], dtype=np.float64)
    if not len(known):
        return None
    p05, p50, p95, p99 = np.percentile(known, [5.0, 50.0, 95.0, 99.0], method="higher")
    return Statistics(
        count=len(known),
        mean=float(np.mean(known)),
        min=float(np.min(known)),
        p05=float(p05),
        p50=float(p50),
        p95=float(p95),
        p99=float(p99),
        max=float(np.max(known)),
    )


def _per_scenario(scenario: Scenario, rows: Sequence[Row]) -> PerScenario:
    mine = [row for row in rows if row["scenario"] == scenario.name]

    def over_cases(name: str) -> Statistics | None:
        return statistics([row.get(name) for row in mine])

    judged = []
    for expectation in scenario.expect:
        prefix = expectation_name(scenario.name, expectation.name)
        met = sum(bool(row.get(f"{prefix}.passed")) for row in mine)
        judged.append(
            Judged(
                name=expectation.name,
                signal=expectation.signal,
                bound=describe_bound(expectation),
                met=rate(met, len(mine)),
                measured=over_cases(f"{prefix}.measured"),
                margin=over_cases(f"{prefix}.margin"),
            )
        )
    return PerScenario(
        name=scenario.name,
        cases=rate(sum(row["passed"] for row in mine), len(mine)),
        expectations=judged,
        metrics={name: over_cases(f"metric.{name}") for name in METRICS},
    )
