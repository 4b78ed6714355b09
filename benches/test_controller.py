"""What the controller and the plant cost, in Rust."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from benches import craft
from benches.ledger import Ledger
from benches.peers import basilisk
from benches.test_allocator import random_wrenches
from qiki_hil import Allocator, BotSpec
from qiki_hil._core import bench_allocator, bench_controller_step
from qiki_hil.kernels import NOZZLES, PlantCore, Truth

CASE = Path(__file__).parents[1] / "tests" / "plant" / "data" / "basilisk_case.json"
TICKS = 20_000
REPEATS = 7


def test_a_controller_step_with_its_record_costs_a_few_solves(ledger: Ledger, one_cpu: int) -> None:
    flight = craft.fly(TICKS)
    assert flight.armed
    assert flight.fired == set(range(NOZZLES)), "the orders must make every nozzle fire"
    assert flight.firing_ticks > TICKS // 20, "p99 would not see a tick that fires"
    assert len(flight.rows) == TICKS

    least_us, solve_us = step_beside_solves()
    p50, p99 = np.percentile(least_us, [50, 99])
    ours = f"p50 {p50:.2f} p99 {p99:.2f} us ({p99 / craft.PERIOD_US:.2%} of the tick)"
    peer = f"a solve of the allocator {solve_us:.3f} us"
    what = "controller.step and record, p99"
    ledger.judge("controller_step_vs_solve", what, ours, peer, p99 / solve_us, cpu=one_cpu)


def step_beside_solves() -> tuple[NDArray[np.float64], float]:
    """Each step's least time of some equal flights, (TICKS,) us, and a mean solve, us.

    A tick does the same work in every flight: what differs is a stall of the machine. Flights
    and solves are timed in turns, so that a slow spell helps neither side."""
    allocator, wrenches = Allocator.from_spec(BotSpec.load("dodeca-01")), random_wrenches(2000)
    orders = craft.commands()
    least_ns = np.full(TICKS, np.inf)
    solve_ns = []
    for _ in range(REPEATS):
        solve_ns.append(bench_allocator(allocator, wrenches))
        times_ns = bench_controller_step(craft.CRAFT_JSON, craft.PERIOD_US, TICKS, orders)
        np.minimum(least_ns, times_ns, out=least_ns)
    return least_ns / 1e3, min(solve_ns) / 1e3


def flight_plant(case: dict[str, object]) -> PlantCore:
    """The plant of the comparison with Basilisk."""
    names = ("position_m_world", "velocity_mps_world", "attitude_xyzw", "rates_rps_body")
    state = [case[name] for name in names]
    return PlantCore(json.dumps(case["craft"]), case["dt_s"], 0, *state)  # type: ignore[arg-type]


def test_a_plant_step_costs_no_more_than_a_step_of_basilisk(
    benchmark: BenchmarkFixture, ledger: Ledger, one_cpu: int, tmp_path: Path
) -> None:
    basilisk.interpreter()
    case = json.loads(CASE.read_text())
    plant, truth, wide_open = flight_plant(case), Truth(), np.full(NOZZLES, case["dt_s"])
    before_us = basilisk.step_us(tmp_path, one_cpu)
    # The answer: the reference flight, which Basilisk flew, ends where the plant ends.
    table = np.loadtxt(tmp_path / "b.csv", delimiter=",", skiprows=1)
    for tick in range(case["ticks"]):
        firing = [n for n, first, ticks in case["firings"] if first <= tick < first + ticks]
        on_time = np.zeros(NOZZLES)
        on_time[firing] = case["dt_s"]
        plant.step(on_time)
    plant.truth(truth)
    np.testing.assert_allclose(truth.position_m_world, table[-1, 1:4], rtol=0, atol=1e-9)

    plant = flight_plant(case)
    benchmark.pedantic(plant.step, args=(wide_open,), rounds=20, iterations=2000)  # type: ignore[no-untyped-call]
    assert benchmark.stats is not None
    ours_us = benchmark.stats.stats.min * 1e6
    peer_us = min(before_us, basilisk.step_us(tmp_path, one_cpu))
    ledger.judge(
        "plant_step_vs_basilisk_step",
        "plant step, 16 thrusters open",
        f"{ours_us:.2f} us",
        f"Basilisk step {peer_us:.2f} us",
        ours_us / peer_us,
    )
