"""Thrust allocation beside the solvers it replaces, in one run on one CPU."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benches.ledger import Ledger
from benches.peers import basilisk, solvers
from qiki_hil import Allocator, BotSpec
from qiki_hil._core import bench_allocator

Float64 = NDArray[np.float64]

SCALE = np.repeat([0.01, 0.02], 3)
CALLS = 2000
SLOW_CALLS = 100
BATCH = 20_000
REPEATS = 40
CRAFTS = BotSpec.shipped()


def random_wrenches(count: int) -> Float64:
    """Unrelated wrenches: the warm start is worth little. (count, 6), N and N·m."""
    size = np.repeat([150.0, 80.0], 3)
    return np.random.default_rng(5).uniform(-1.0, 1.0, (count, 6)) * size


def smooth_wrenches(count: int) -> Float64:
    """As a controller asks from tick to tick: a slow walk around zero. (count, 6), N and N·m."""
    steps = np.random.default_rng(6).uniform(-1.0, 1.0, (count, 6)) * np.repeat([1.0, 0.5], 3)
    wrenches = np.empty((count, 6))
    wrench = np.array([60.0, -20.0, 10.0, 8.0, -5.0, 3.0])
    for tick in range(count):
        wrench = 0.999 * wrench + steps[tick]
        wrenches[tick] = wrench
    return wrenches


SEQUENCES = {"random": random_wrenches, "smooth": smooth_wrenches}


def problem(name: str) -> solvers.Problem:
    """Without the power limit, which no peer knows."""
    spec = BotSpec.load(name)
    return spec.effectiveness, spec.thrust_max_n, SCALE


def timed_us(solve: Callable[[Float64], object], wrenches: Float64) -> Float64:
    """Each call's time, us."""
    rows, clock = list(wrenches), time.perf_counter_ns
    for row in rows[:20]:
        solve(row)
    taken = []
    for row in rows:
        start = clock()
        solve(row)
        taken.append(clock() - start)
    return np.array(taken) / 1e3


def percentiles(taken_us: list[Float64]) -> tuple[float, float]:
    """p50 and p99 of the least disturbed repeat."""
    return tuple(min(float(np.percentile(t, q)) for t in taken_us) for q in (50, 99))  # type: ignore[return-value]


def assert_least_error_and_fuel(name: str, wrenches: Float64) -> None:
    """Against scipy's BVLS and HiGHS; wrenches within reach."""
    effectiveness, most, scale = problem(name)
    ours = Allocator(effectiveness, most, scale)
    least_error, least_fuel = solvers.scipy_bvls(problem(name)), solvers.highs(problem(name))
    for wrench in wrenches:
        answer = ours.solve(wrench)
        error = np.linalg.norm(scale * answer.wrench_error)
        peer = np.linalg.norm(scale * (wrench - effectiveness @ least_error(wrench)))
        assert error <= peer + 1e-6
        if answer.status == "optimal":
            assert answer.fuel_n <= least_fuel(wrench).sum() * 1.001


@pytest.mark.parametrize("sequence", SEQUENCES)
@pytest.mark.parametrize("name", CRAFTS)
def test_a_call_takes_at_most_a_third_of_a_call_of_daqp(
    ledger: Ledger, one_cpu: int, name: str, sequence: str
) -> None:
    wrenches = SEQUENCES[sequence](CALLS)
    peer = solvers.daqp_warm(problem(name))
    assert_least_error_and_fuel(name, wrenches[::200])
    allocator = Allocator(*problem(name))
    # In turns, so that what disturbs one disturbs the other.
    ours, theirs = [], []
    for _ in range(9):
        ours.append(timed_us(allocator.solve, wrenches))
        theirs.append(timed_us(peer, wrenches))
    (p50, p99), (peer_p50, peer_p99) = percentiles(ours), percentiles(theirs)
    fuel = sum(allocator.solve(w).fuel_n for w in wrenches)
    peer_fuel = sum(float(peer(w).sum()) for w in wrenches)
    ledger.judge(
        "allocator_vs_daqp",
        f"allocator call, {sequence}, {name}, p50",
        f"{p50:.2f} us (p99 {p99:.2f})",
        f"DAQP warm {peer_p50:.2f} us (p99 {peer_p99:.2f}), fuel x {peer_fuel / fuel:.3f}",
        p50 / peer_p50,
        cpu=one_cpu,
    )


@pytest.mark.parametrize("peer_name", ["scipy_nnls", "scipy_bvls", "highs"])
def test_the_other_peers_stand_beside_it(ledger: Ledger, one_cpu: int, peer_name: str) -> None:
    wrenches = random_wrenches(SLOW_CALLS)
    peer = getattr(solvers, peer_name)(problem("dodeca-01"))
    allocator = Allocator(*problem("dodeca-01"))
    ours, theirs = [], []
    for _ in range(3):
        ours.append(timed_us(allocator.solve, wrenches))
        theirs.append(timed_us(peer, wrenches))
    (p50, p99), (peer_p50, peer_p99) = percentiles(ours), percentiles(theirs)
    words = f"{peer_name} {peer_p50:.1f} us (p99 {peer_p99:.1f})"
    what = "allocator call, random, dodeca-01"
    ledger.note(what, f"{p50:.2f} us (p99 {p99:.2f})", words, p50 / peer_p50, cpu=one_cpu)


@pytest.mark.parametrize("name", CRAFTS)
def test_inside_rust_a_solve_costs_no_more_than_basilisks_mapping_call(
    ledger: Ledger, one_cpu: int, name: str, tmp_path: Path
) -> None:
    spec = BotSpec.load(name)
    allocator = Allocator.from_spec(spec)
    # Before and after, and the better of the two: a slow spell must not help either side.
    peers_us = [basilisk.mapping_us(tmp_path, spec.core_json(), one_cpu)]
    ours_us = {}
    for sequence, draw in SEQUENCES.items():
        wrenches = draw(CALLS)
        assert all(allocator.solve(w).status == "optimal" for w in wrenches[::100])
        ours_us[sequence] = (
            min(bench_allocator(allocator, wrenches) for _ in range(10 * REPEATS)) / 1e3
        )
    peers_us.append(basilisk.mapping_us(tmp_path, spec.core_json(), one_cpu))
    torque_us, wrench_us = np.min(peers_us, axis=0)
    for sequence, us in ours_us.items():
        what = f"allocator in Rust, with power limit, {sequence}, {name}"
        peer = f"Basilisk's mapping, torque alone {torque_us:.3f} us, all axes {wrench_us:.1f} us"
        ratio = us / torque_us
        ledger.judge("allocator_in_rust", what, f"{us:.3f} us", peer, ratio, cpu=one_cpu)


@pytest.mark.parametrize("name", CRAFTS)
def test_a_batch_costs_what_its_solves_cost_one_by_one(
    ledger: Ledger, one_cpu: int, name: str
) -> None:
    spec = BotSpec.load(name)
    allocator, wrenches = Allocator.from_spec(spec), random_wrenches(BATCH)
    given = allocator.solve_batch(wrenches) @ spec.effectiveness.T
    met = np.abs(given - wrenches).max(axis=1) < 1e-4
    assert met.mean() > 0.95
    # In turns, and the middle of the ratios: the machine's clock may change between two repeats.
    pairs = [
        (batch_us(allocator, wrenches), bench_allocator(allocator, wrenches) / 1e3)
        for _ in range(REPEATS)
    ]
    ratio = statistics.median(batch / single for batch, single in pairs)
    batch, single = np.median(pairs, axis=0)
    what = f"allocator batch on one core, random, {name}"
    ours, peer = f"{1.0 / batch:.2f} M/s", f"one by one in Rust {1.0 / single:.2f} M/s"
    ledger.judge("allocator_batch_vs_solves", what, ours, peer, ratio, cpu=one_cpu)


def batch_us(allocator: Allocator, wrenches: NDArray[np.float64]) -> float:
    """A solve as a share of one call for all wrenches, us."""
    begin = time.perf_counter()
    allocator.solve_batch(wrenches)
    return (time.perf_counter() - begin) / len(wrenches) * 1e6


@pytest.mark.parametrize("sequence", SEQUENCES)
@pytest.mark.parametrize("name", CRAFTS)
def test_a_solve_takes_a_handful_of_iterations(ledger: Ledger, name: str, sequence: str) -> None:
    allocator = Allocator.from_spec(BotSpec.load(name))
    counts = [allocator.solve(w).iterations for w in SEQUENCES[sequence](5 * CALLS)]
    p50, p99 = np.percentile(counts, [50, 99])
    what = f"allocator iterations, {sequence}, {name}, p99"
    ours = f"p50 {p50:.0f} p99 {p99:.0f} most {max(counts)}"
    ledger.judge(f"allocator_iterations_{sequence}_p99", what, ours, "-", float(p99))
