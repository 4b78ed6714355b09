"""The thrust map's face: sets by direction, and a wrench by sets alone."""

import numpy as np
import pytest

from qiki_hil import BotSpec
from qiki_hil.kernels import NOZZLES, ThrustMap

NAMES = ("+X", "-X", "+Y", "-Y", "+Z", "-Z")
TURNS = ("+roll", "-roll", "+pitch", "-pitch", "+yaw", "-yaw")


@pytest.fixture(scope="module")
def table() -> ThrustMap:
    return ThrustMap.from_spec(BotSpec.load("dodeca-table"))


def along(name: str, size: float) -> np.ndarray:
    wrench = np.zeros(6)
    number = (*NAMES, *TURNS).index(name)
    wrench[number // 2] = -size if number % 2 else size
    return wrench


@pytest.mark.parametrize("name", ["dodeca-01", "dodeca-table"])
def test_every_set_gives_its_ceiling_along_its_direction_and_nothing_else(name: str) -> None:
    spec = BotSpec.load(name)
    found = ThrustMap.from_spec(spec)
    assert tuple(found.economy) == tuple(found.full) == (*NAMES, *TURNS)
    for sets in (found.economy, found.full):
        for direction, entry in sets.items():
            assert entry.direction == direction
            assert entry.exact
            given = spec.effectiveness @ entry.thrust_n
            assert given == pytest.approx(along(direction, entry.ceiling), abs=1e-5)
            assert np.all(entry.thrust_n >= 0.0)
            assert np.all(entry.thrust_n <= spec.thrust_max_n)
            assert entry.nozzles == np.flatnonzero(entry.thrust_n).tolist()
            assert entry.power_w == pytest.approx(17.5 * entry.gross_n)


@pytest.mark.parametrize("name", ["dodeca-01", "dodeca-table"])
def test_ceilings_of_full_sets_agree_with_the_closed_form_of_the_authority(name: str) -> None:
    spec = BotSpec.load(name)
    found, authority = ThrustMap.from_spec(spec), spec.authority()
    for direction in NAMES:
        assert found.full[direction].ceiling == pytest.approx(authority.force_n.min(), rel=3e-6)
    for number, direction in enumerate(TURNS):
        pair = authority.torque_nm[number // 2 * 2 : number // 2 * 2 + 2]
        assert found.full[direction].ceiling == pytest.approx(pair.min(), rel=3e-6)


def test_a_map_of_a_matrix_is_the_map_of_its_craft(table: ThrustMap) -> None:
    spec = BotSpec.load("dodeca-table")
    same = ThrustMap(spec.effectiveness, spec.thrust_max_n, np.full(NOZZLES, 17.5))
    for direction in NAMES:
        thrust_n = table.economy[direction].thrust_n
        assert same.economy[direction].thrust_n == pytest.approx(thrust_n, abs=1e-6)


def test_a_small_push_uses_the_economy_set_and_a_large_one_both(table: ThrustMap) -> None:
    little = table.allocate(along("+X", 100.0))
    assert (little.status, little.economy, little.full) == ("met", ["+X"], [])
    much = table.allocate(along("+X", 610.0))
    assert (much.status, much.economy, much.full) == ("met", ["+X"], ["+X"])
    assert much.wrench == pytest.approx(along("+X", 610.0), abs=1e-5)


def test_too_much_is_scaled_down_in_its_own_direction(table: ThrustMap) -> None:
    asked = along("-Y", 900.0) + along("+yaw", 90.0)
    given = table.allocate(asked, power_max_w=30_000.0)
    assert given.status == "saturated"
    assert given.wrench == pytest.approx(given.scale * asked, abs=1e-4)
    assert 17.5 * given.thrust_n.sum() <= 30_000.0 * (1 + 1e-12)


def test_a_direction_without_sets_is_denied_and_named(table: ThrustMap) -> None:
    given = table.allocate(along("+Z", 50.0) + along("+yaw", 20.0), unavailable=[12])
    assert given.denied == ["+Z"]
    assert given.lost == table.lost([12])
    assert "+Z" in given.lost
    assert given.wrench == pytest.approx(along("+yaw", 20.0), abs=1e-6)


def test_a_wrench_that_is_no_number_gives_no_thrust(table: ThrustMap) -> None:
    given = table.allocate([np.nan, 0, 0, 0, 0, 0])
    assert given.status == "bad_input"
    assert not given.thrust_n.any()


def test_what_does_not_fit_is_named() -> None:
    spec = BotSpec.load("dodeca-01")
    watts = np.full(NOZZLES, 17.5)
    with pytest.raises(ValueError, match=r"effectiveness: shape \(6, 4\) given, \(6, 16\) needed"):
        ThrustMap(spec.effectiveness[:, :4], spec.thrust_max_n, watts)
    with pytest.raises(ValueError, match=r"thrust_max_n: shape \(3,\) given, \(16,\) needed"):
        ThrustMap(spec.effectiveness, spec.thrust_max_n[:3], watts)
    with pytest.raises(ValueError, match="thrust_max_n: nozzle 2 must be finite and not negative"):
        ThrustMap(spec.effectiveness, np.where(np.arange(16) == 2, -1.0, 240.0), watts)
    found = ThrustMap.from_spec(spec)
    with pytest.raises(ValueError, match="nozzle 16: does not exist; 0 to 15 do"):
        found.lost([16])
    with pytest.raises(ValueError, match=r"wrench: shape \(3,\) given, \(6,\) needed"):
        found.allocate([1.0, 2.0, 3.0])
