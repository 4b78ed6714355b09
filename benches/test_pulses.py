"""The search for pulses beside HiGHS, which solves the same mixed-integer program."""

import statistics
import time

import numpy as np
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from benches.ledger import Ledger
from benches.peers.pulse_solvers import highs_milp
from benches.test_allocator import percentiles, timed_us
from qiki_hil import BotSpec
from qiki_hil._core import PulseAllocator

Float64 = NDArray[np.float64]

PRICE = np.repeat([15.0, 375.0], 3)
"""As in the hold of a pose."""
LEAST_NS, MOST_NS = 7.2, 60.0
GAP = 0.02
CASES = 60
PEER_CASES = 8
"""HiGHS takes half a second for each."""


def impulses() -> Float64:
    """Less than a shortest pulse in nearly every axis. (n, 6), N·s and N·m·s."""
    size = np.repeat([4.0, 0.6], 3)
    return np.random.default_rng(8).uniform(-1.0, 1.0, (CASES, 6)) * size


def cost(effectiveness: Float64, wanted: Float64, pulses: Float64) -> float:
    error = np.abs(wanted - effectiveness @ pulses)
    return float(pulses.sum() + PRICE @ error)


def test_the_search_for_pulses_beside_highs(
    benchmark: BenchmarkFixture, ledger: Ledger, one_cpu: int
) -> None:
    effectiveness = BotSpec.load("dodeca-01").effectiveness
    ours = PulseAllocator(effectiveness, PRICE, nodes_max=5000)
    highs = highs_milp(effectiveness, PRICE, LEAST_NS, MOST_NS, GAP)
    least, most = np.full(16, LEAST_NS), np.full(16, MOST_NS)
    wanted, programs = impulses(), []
    for impulse in wanted:
        found = ours.solve(impulse, least, most)
        assert found is not None
        assert found[3], "proved"
        programs.append(found[2])
    peer_us, worst = [], 0.0
    for impulse in wanted[:PEER_CASES]:
        start = time.perf_counter()
        best = cost(effectiveness, impulse, highs(impulse))
        peer_us.append((time.perf_counter() - start) * 1e6)
        found = ours.solve(impulse, least, most)
        assert found is not None
        worst = max(worst, cost(effectiveness, impulse, found[0]) / best)
    assert worst <= 1.0 + GAP

    p50, p99 = percentiles([timed_us(lambda w: ours.solve(w, least, most), wanted) for _ in "123"])
    peer_p50, peer_p99 = percentiles([np.array(peer_us)])
    benchmark.pedantic(ours.solve, args=(wanted[0], least, most), rounds=50)  # type: ignore[no-untyped-call]
    ledger.judge(
        "pulses_vs_highs",
        "pulses for an impulse, proved to 2 %, p50",
        f"{p50:.0f} us (p99 {p99:.0f})",
        f"HiGHS {peer_p50:.0f} us (p99 {peer_p99:.0f})",
        p50 / peer_p50,
        cpu=one_cpu,
    )
    middle = statistics.median(programs)
    what = "programs of a search for pulses, p50"
    ledger.judge("pulses_programs_p50", what, f"{middle:.0f}", "-", middle)
