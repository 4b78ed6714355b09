"""The allocator through Python: against other solvers' answers, and against the optimum's laws."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qiki_hil import Allocator, BotSpec

Float64 = NDArray[np.float64]

CASES = np.load(Path(__file__).parent / "data" / "allocation_cases.npz")
SCALE = CASES["scale"]
GEOMETRIES = {name: (CASES[f"B_{name}"], CASES[f"fmax_{name}"]) for name in ("table", "canted")}


def make(name: str) -> Allocator:
    return Allocator(*GEOMETRIES[name], SCALE)


def dice_wrenches(seed: int, count: int, force: float, torque: float) -> Float64:
    dice = np.random.default_rng(seed)
    return dice.uniform(-1.0, 1.0, (count, 6)) * np.repeat([force, torque], 3)


def excess(
    effectiveness: Float64, wrenches: Float64, thrusts: Float64, lo: Float64, hi: Float64
) -> tuple[Float64, Float64]:
    """(N,) scaled errors, and bounds on how far their squares are above the least ones: by
    convexity the sum over nozzles of slope times room, `e² - e_opt² <= 2 sum |g_j| room_j`."""
    residual = SCALE * (wrenches - thrusts @ effectiveness.T)
    slope = residual @ (SCALE[:, None] * effectiveness)
    room = np.where(slope > 0.0, hi - thrusts, thrusts - lo)
    return np.linalg.norm(residual, axis=1), 2.0 * (np.abs(slope) * room).sum(axis=1)


def test_a_thousand_cases_reach_error_and_fuel_of_bvls_and_highs() -> None:
    arrays = {name: CASES[name] for name in CASES.files}
    allocators = {name: make(name) for name in GEOMETRIES}
    assert len(arrays["wrench"]) == 1000
    for case in range(1000):
        name = str(arrays["geometry"][case])
        wrench = arrays["wrench"][case]
        answer = allocators[name].solve(wrench, arrays["lo"][case], arrays["hi"][case])
        error = np.linalg.norm(SCALE * answer.wrench_error)
        assert abs(error - arrays["error_opt"][case]) < 1e-6, case
        assert answer.fuel_n <= arrays["fuel_opt_n"][case] * 1.001 + 1e-6, case
        assert answer.fuel_n >= arrays["fuel_opt_n"][case] * 0.999 - 1e-6, case


def unhealthy(dice: np.random.Generator, most: Float64) -> tuple[Float64, Float64]:
    """One nozzle in ten out, one in twenty stuck open, one in ten limited."""
    lot, lo, hi = dice.random(16), np.zeros(16), most.copy()
    hi[lot < 0.1] = 0.0
    stuck, limited = (lot >= 0.1) & (lot < 0.15), (lot >= 0.15) & (lot < 0.25)
    lo[stuck] = most[stuck]
    hi[limited] = (dice.random(16) * most)[limited]
    return lo, hi


@pytest.mark.parametrize("name", GEOMETRIES)
@pytest.mark.parametrize(("force", "torque"), [(150.0, 80.0), (3000.0, 1500.0)])
def test_a_hundred_thousand_random_cases_meet_the_conditions_of_the_optimum(
    name: str, force: float, torque: float
) -> None:
    # Four times 25,000 wrenches, in 50 states of health each, in batches.
    (effectiveness, most), allocator = GEOMETRIES[name], make(name)
    dice = np.random.default_rng(11)
    wrenches = dice_wrenches(12, 25_000, force, torque)
    for block in np.split(wrenches, 50):
        lo, hi = unhealthy(dice, most)
        thrusts = allocator.solve_batch(block, lo, hi)
        assert (thrusts >= lo).all()
        assert (thrusts <= hi).all()
        error, above = excess(effectiveness, block, thrusts, lo, hi)
        # A scaled error of 1e-6 is a tenth of a millinewton.
        assert (above <= 1e-6 * (1.0 + np.linalg.norm(SCALE * block, axis=1))).all()
        assert np.isfinite(error).all()


@pytest.mark.parametrize("name", GEOMETRIES)
def test_what_is_met_is_met_with_the_least_fuel_by_its_prices(name: str) -> None:
    (effectiveness, most), allocator = GEOMETRIES[name], make(name)
    dice = np.random.default_rng(13)
    met = 0
    for wrench in dice_wrenches(14, 10_000, 200.0, 100.0):
        lo, hi = unhealthy(dice, most)
        answer = allocator.solve(wrench, lo, hi)
        if answer.status != "optimal":
            continue
        met += 1
        reduced = 1.0 - effectiveness.T @ allocator.prices
        thrust = answer.thrust_n
        assert (reduced[thrust < hi - 1e-5] > -1e-6).all()
        assert (reduced[thrust > lo + 1e-5] < 1e-6).all()
    assert met > 5000


@pytest.mark.parametrize("name", GEOMETRIES)
def test_a_batch_gives_what_single_solves_give(name: str) -> None:
    wrenches = dice_wrenches(15, 2000, 600.0, 300.0)
    allocator = make(name)
    single = np.array([allocator.solve(wrench).thrust_n for wrench in wrenches])
    batch = make(name).solve_batch(wrenches)
    assert batch.shape == (2000, 16)
    np.testing.assert_array_equal(batch, single)
    np.testing.assert_allclose(make(name).solve_batch(wrenches[::-1])[::-1], batch, atol=1e-5)


@pytest.mark.parametrize("name", BotSpec.shipped())
def test_both_shipped_crafts_allocate_from_their_specification(name: str) -> None:
    spec = BotSpec.load(name)
    allocator = Allocator.from_spec(spec)
    wrench = np.array([120.0, -60.0, 40.0, 10.0, -20.0, 15.0])
    answer = allocator.solve(wrench)
    assert answer.status == "optimal"
    np.testing.assert_allclose(spec.effectiveness @ answer.thrust_n, wrench, atol=1e-5)
    np.testing.assert_allclose(answer.wrench, wrench, atol=1e-5)
    assert answer.fuel_n == pytest.approx(answer.thrust_n.sum())
    # The prices buy the whole wrench: cost is linear along a ray until a nozzle is full.
    assert allocator.prices @ wrench == pytest.approx(answer.fuel_n, rel=1e-6)
    assert allocator.power_price == 0.0


def test_a_power_limit_holds_and_has_a_price() -> None:
    effectiveness, most = GEOMETRIES["canted"]
    wrench = np.array([0.0, 200.0, 0.0, 0.0, 0.0, 0.0])
    free = Allocator(effectiveness, most, SCALE).solve(wrench)
    # The nozzles of the cheapest answer take more power than the others.
    w_per_n = np.where(free.thrust_n > 0.0, 20.0, 10.0)
    draw = float(w_per_n @ free.thrust_n)
    limited = Allocator(effectiveness, most, SCALE, w_per_n, 0.999 * draw)
    thrifty = limited.solve(wrench)
    assert thrifty.status == "optimal"
    assert w_per_n @ thrifty.thrust_n <= 0.999 * draw * (1.0 + 1e-9)
    assert thrifty.fuel_n > free.fuel_n
    gain = limited.power_price * 0.001 * draw
    assert thrifty.fuel_n - free.fuel_n == pytest.approx(gain, rel=1e-3)
    # Where all take the same, the least fuel is the least power too.
    even = Allocator(effectiveness, most, SCALE, np.full(16, 20.0), 0.999 * draw)
    short = even.solve(wrench)
    assert short.status == "saturated"
    assert short.thrust_n.sum() * 20.0 == pytest.approx(0.999 * draw)


def test_no_wrench_costs_no_fuel() -> None:
    allocator = make("canted")
    allocator.solve(np.zeros(6))
    answer = allocator.solve(np.zeros(6))
    assert (answer.status, answer.fuel_n) == ("optimal", 0.0)
    assert repr(answer) == "Allocation(status='optimal', fuel_n=0.000000, iterations=1)"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_give_zero_thrust_and_say_so(bad: float) -> None:
    allocator, most = make("canted"), GEOMETRIES["canted"][1]
    wrench, lo = np.zeros(6), np.zeros(16)
    wrench[2], lo[3] = bad, bad
    for answer in (allocator.solve(wrench), allocator.solve(np.ones(6), lo)):
        assert answer.status == "bad_input"
        assert not answer.thrust_n.any()
    batch = allocator.solve_batch(np.array([wrench, np.full(6, 10.0)]))
    assert not batch[0].any()
    np.testing.assert_array_equal(batch[1], allocator.solve(np.full(6, 10.0)).thrust_n)
    assert allocator.solve(np.ones(6), most, np.zeros(16)).status == "bad_input"


def test_a_wrench_far_out_of_reach_is_saturated_and_along_keeps_its_direction() -> None:
    allocator = make("canted")
    wrench = np.array([1e9, -1e9, 1e9, 1e8, 0.0, 0.0])
    assert allocator.solve(wrench).status == "saturated"
    along = allocator.solve_along(wrench)
    assert along.status == "saturated"
    reach = allocator.reach(wrench)
    np.testing.assert_allclose(along.wrench, reach * wrench, rtol=1e-6, atol=1e-3)
    held = allocator.solve_along(np.array([0.0, 0.0, 0.0, 300.0, 0.0, 0.0]), torque_max_nm=20.0)
    np.testing.assert_allclose(held.wrench, [0, 0, 0, 20, 0, 0], atol=1e-5)


@pytest.mark.parametrize("kind", ["duplicated", "collinear", "flat", "zero", "single"])
def test_degenerate_geometries_get_the_optimum(kind: str) -> None:
    effectiveness = GEOMETRIES["canted"][0].copy()
    if kind == "duplicated":
        effectiveness[:, 8:] = effectiveness[:, :8]
    elif kind == "collinear":
        effectiveness[:, 1::2] = -2.0 * effectiveness[:, ::2]
    elif kind == "flat":
        effectiveness[3:] = 0.0
    elif kind == "zero":
        effectiveness[:, 5] = 0.0
    else:
        effectiveness = effectiveness[:, :1]
    effectiveness = np.ascontiguousarray(effectiveness)
    most = np.full(effectiveness.shape[1], 240.0)
    wrenches = dice_wrenches(16, 2000, 300.0, 150.0)
    thrusts = Allocator(effectiveness, most, SCALE).solve_batch(wrenches)
    _, above = excess(effectiveness, wrenches, thrusts, np.zeros_like(most), most)
    assert (above <= 1e-6 * (1.0 + np.linalg.norm(SCALE * wrenches, axis=1))).all()


def test_shapes_that_do_not_fit_are_named() -> None:
    effectiveness, most = GEOMETRIES["canted"]
    allocator = make("canted")
    with pytest.raises(ValueError, match=r"effectiveness: shape \(5, 16\) given, \(6, 1..16\)"):
        Allocator(effectiveness[:5].copy(), most)
    with pytest.raises(ValueError, match=r"thrust_max_n: shape \(3,\) given, \(16,\) needed"):
        Allocator(effectiveness, most[:3].copy())
    with pytest.raises(ValueError, match=r"thrust_max_n\[0\]: -1 given, a finite thrust of 0 N"):
        Allocator(effectiveness, -np.ones(16))
    with pytest.raises(ValueError, match="only one given, both or none needed"):
        Allocator(effectiveness, most, power_max_w=1.0)
    with pytest.raises(ValueError, match="scale: row 2 must be a positive finite weight"):
        Allocator(effectiveness, most, np.array([1.0, 1.0, 0.0, 1.0, 1.0, 1.0]))
    with pytest.raises(ValueError, match=r"wrench: shape \(5,\) given, \(6,\) needed"):
        allocator.solve(np.zeros(5))
    with pytest.raises(ValueError, match=r"lo: shape \(4,\) given, \(16,\) needed"):
        allocator.solve(np.zeros(6), np.zeros(4))
    with pytest.raises(ValueError, match=r"wrenches: shape \(3, 5\) given, \(N, 6\) needed"):
        allocator.solve_batch(np.zeros((3, 5)))
