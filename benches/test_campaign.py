"""How fast a campaign flies, expectations included."""

import time

import pytest

from benches.ledger import Ledger
from qiki_hil.campaign import Campaign, make_case
from qiki_hil.campaign.flight import fly_row

REPEATS = 9
CAMPAIGNS = ("dispersed_demo", "failing_nozzles")


@pytest.mark.usefixtures("one_cpu")
@pytest.mark.parametrize("name", CAMPAIGNS)
def test_a_case_flies_at_least_500_times_faster_than_time_on_one_core(
    ledger: Ledger, name: str
) -> None:
    campaign = Campaign.load(name)
    cases = [make_case(campaign, index) for index in range(2)]
    simulated_s = sum(case.scenario.duration_s for case in cases)
    for case in cases:
        row = fly_row(case)
        assert row["error"] is None
        assert row["metric.pulses_total"] > 0, "nothing was flown"
    best_s = min(flown_s(campaign, len(cases)) for _ in range(REPEATS))
    ratio = simulated_s / best_s
    what = f"campaign {name}: dispersed, flown, judged, one core"
    per_tick_us = best_s / (simulated_s * campaign.entries.rate_hz) * 1e6
    ledger.judge("campaign_speed", what, f"{per_tick_us:.2f} us a tick", "real time", ratio)


def flown_s(campaign: Campaign, cases: int) -> float:
    """Processor time of the first cases, from their numbers to their rows."""
    begin = time.process_time()
    for index in range(cases):
        fly_row(make_case(campaign, index))
    return time.process_time() - begin
