"""How fast a campaign flies, expectations included."""

import statistics
import time

import numpy as np
import pytest

from benches import craft
from benches.ledger import Ledger
from qiki_hil._core import bench_controller_step
from qiki_hil.campaign import Campaign, make_case
from qiki_hil.campaign.flight import fly_row

REPEATS = 9
CAMPAIGNS = ("dispersed_demo", "failing_nozzles")


@pytest.mark.usefixtures("one_cpu")
@pytest.mark.parametrize("name", CAMPAIGNS)
def test_a_tick_of_a_case_costs_little_more_than_the_controllers_step(
    ledger: Ledger, name: str
) -> None:
    campaign = Campaign.load(name)
    cases = [make_case(campaign, index) for index in range(2)]
    simulated_s = sum(case.scenario.duration_s for case in cases)
    for case in cases:
        row = fly_row(case)
        assert row["error"] is None
        assert row["metric.pulses_total"] > 0, "nothing was flown"
    ticks = simulated_s * campaign.entries.rate_hz
    # In turns, and the middle of the ratios: the machine's clock may change between two repeats.
    pairs = [(flown_s(campaign, len(cases)) / ticks * 1e6, step_us()) for _ in range(REPEATS)]
    tick_us, controller_us = np.median(pairs, axis=0)
    ratio = statistics.median(tick / step for tick, step in pairs)
    what = f"campaign {name}: dispersed, flown, judged, one core"
    speed = 1e6 / (campaign.entries.rate_hz * tick_us)
    ours = f"{tick_us:.2f} us a tick, {speed:.0f} x real time"
    ledger.judge("campaign_tick_vs_step", what, ours, f"its step {controller_us:.2f} us", ratio)


def step_us() -> float:
    """Mean time of a controller step with its record in Rust, the benches' craft and flight."""
    times_ns = bench_controller_step(craft.CRAFT_JSON, craft.PERIOD_US, 20_000, craft.commands())
    return float(np.mean(times_ns)) / 1e3


def flown_s(campaign: Campaign, cases: int) -> float:
    """Processor time of the first cases, from their numbers to their rows."""
    begin = time.process_time()
    for index in range(cases):
        fly_row(make_case(campaign, index))
    return time.process_time() - begin
