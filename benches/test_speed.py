"""How much faster than the world a run goes when nothing holds it back."""

import os
from pathlib import Path

import pytest

from benches.ledger import Ledger
from benches.peers import basilisk
from benches.runs import assert_complete, fly

OPTIONS = ("--rig", "sim", "--scenario", "station_keeping", "--speed", "max")
ROUNDS = 4
TICK_S = 0.002
SCENARIO_S = 120.0


@pytest.fixture(scope="module")
def last_cpu() -> int:
    """The one that supervisor and loop share."""
    return max(os.sched_getaffinity(0))


@pytest.fixture(scope="module")
def speed_ratio(tmp_path_factory: pytest.TempPathFactory, last_cpu: int) -> float:
    """Of the fastest of some runs; each of them must have passed."""
    ratios = []
    for _ in range(ROUNDS):
        summary = fly(tmp_path_factory.mktemp("runs"), *OPTIONS, cpu=last_cpu)
        assert_complete(summary)
        assert summary["simulated_s"] == SCENARIO_S
        ratios.append(float(summary["speed_ratio"]))
    return max(ratios)


def test_a_whole_tick_costs_about_as_much_as_a_step_of_basilisk(
    ledger: Ledger, speed_ratio: float, last_cpu: int, tmp_path: Path
) -> None:
    what = "station_keeping at --speed max, one CPU"
    ledger.note(what, f"{speed_ratio:.0f} x", "real time", speed_ratio)
    tick_us = TICK_S / speed_ratio * 1e6
    peer_us = basilisk.step_us(tmp_path, last_cpu)
    ledger.judge(
        "tick_vs_basilisk_step",
        "a tick of the whole loop (plant, controller, record, link)",
        f"{tick_us:.2f} us",
        f"Basilisk step {peer_us:.2f} us",
        tick_us / peer_us,
    )
