"""The dodecahedron, the nozzle layouts, and the forces and torques they can give."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from qiki_hil.spec import AXES, BotSpec
from qiki_hil.spec.authority import WrenchSet, effectiveness
from qiki_hil.spec.geometry import (
    CLUSTER_FACES,
    FACE_NAMES,
    canted_clusters,
    face_normals,
    table_nozzles,
    vertices,
)

DATA = Path(__file__).parent / "data"
ORIGIN = np.zeros(3)
CANTED = effectiveness(*canted_clusters(1.0, math.radians(40.0)), ORIGIN)
CANTED_SET = WrenchSet(CANTED, np.full(16, 240.0))
TABLE_THRUST = np.repeat([260.0, 220.0], 8)
TABLE_SET = WrenchSet(effectiveness(*table_nozzles(), ORIGIN), TABLE_THRUST)


def test_face_normals_stand_at_the_angles_of_a_regular_dodecahedron() -> None:
    cosines = face_normals() @ face_normals().T
    expected = sorted([1.0, -1.0] + [1 / math.sqrt(5)] * 5 + [-1 / math.sqrt(5)] * 5)
    for row in cosines:
        assert np.allclose(sorted(row), expected, atol=1e-12)


def test_the_hull_has_twenty_corners_on_one_sphere_and_thirty_equal_edges() -> None:
    corners, edges = vertices(face_normals(), 1.05)
    assert corners.shape == (20, 3)
    assert edges.shape == (30, 2)
    assert np.allclose(np.linalg.norm(corners, axis=1), 1.05 * 1.258408572, atol=1e-8)
    lengths = np.linalg.norm(corners[edges[:, 0]] - corners[edges[:, 1]], axis=1)
    assert np.allclose(lengths, lengths[0])


def test_no_four_faces_without_an_opposite_pair_are_nearer_to_a_tetrahedron() -> None:
    normals = face_normals()

    def spread(faces: tuple[int, ...]) -> float:
        return float(np.linalg.norm(normals[list(faces)].sum(axis=0)))

    def has_opposites(faces: tuple[int, ...]) -> bool:
        return any(normals[a] @ normals[b] < -0.99 for a, b in itertools.combinations(faces, 2))

    chosen = spread(tuple(FACE_NAMES.index(name) for name in CLUSTER_FACES))
    choices = (c for c in itertools.combinations(range(12), 4) if not has_opposites(c))
    assert chosen == pytest.approx(min(spread(c) for c in choices))
    assert chosen == pytest.approx(0.65, abs=0.01)


def test_canted_clusters_match_an_independent_unit_effectiveness() -> None:
    reference = np.loadtxt(DATA / "canted_effectiveness.csv", delimiter=",").T
    assert np.allclose(CANTED, reference, atol=1e-9)


def test_every_canted_plume_leaves_at_the_cant_angle_to_its_face() -> None:
    positions, directions = canted_clusters(1.05, math.radians(25.0))
    outward = positions / np.linalg.norm(positions, axis=1, keepdims=True)
    assert np.allclose(np.linalg.norm(directions, axis=1), 1.0)
    assert np.allclose((-directions * outward).sum(axis=1), math.cos(math.radians(25.0)))


def test_the_table_gives_its_published_pure_forces_and_torques() -> None:
    authority = TABLE_SET.authority()
    assert np.allclose(authority.force_n, [735, 735, 1358, 1358, 622, 622], atol=0.5)
    assert np.allclose(authority.torque_nm, [294, 294, 543, 543, 1499, 1499], atol=0.5)
    assert authority.force_worst_n == pytest.approx(622, abs=0.5)


def test_the_raised_centre_of_mass_costs_the_table_lateral_force_alone() -> None:
    authority = BotSpec.load("dodeca-table").authority()
    assert np.allclose(authority.force_n, [735, 735, 1086, 1086, 622, 622], atol=0.5)
    assert np.allclose(authority.torque_nm, [294, 294, 543, 543, 1499, 1499], atol=0.5)


def test_canted_clusters_are_nearly_alike_in_all_directions() -> None:
    authority = CANTED_SET.authority()
    assert authority.force_worst_n == pytest.approx(684.5, abs=0.5)
    assert authority.torque_worst_nm == pytest.approx(422.5, abs=0.5)
    assert authority.force_n.max() == pytest.approx(1320.3, abs=0.1)
    assert authority.torque_nm.max() == pytest.approx(571.0, abs=0.1)


def test_no_direction_is_weaker_than_the_weakest() -> None:
    sphere = np.random.default_rng(1).normal(size=(1000, 3))
    sphere /= np.linalg.norm(sphere, axis=1, keepdims=True)
    authority = CANTED_SET.authority()
    forces = [CANTED_SET.reach(np.array([*d, 0, 0, 0])) for d in sphere]
    torques = [CANTED_SET.reach(np.array([0, 0, 0, *d])) for d in sphere]
    assert 1.0 <= min(forces) / authority.force_worst_n < 1.01
    assert 1.0 <= min(torques) / authority.torque_worst_nm < 1.01


def test_reachable_wrenches_are_those_a_bounded_solver_reaches() -> None:
    sets = {"canted": CANTED_SET, "table": _with_thrust(BotSpec.load("dodeca-table"))}
    lines = (DATA / "reach.csv").read_text().splitlines()[1:]
    assert len(lines) > 50
    for line in lines:
        geometry, reachable, *wrench = line.split(",")
        reach = sets[geometry].reach(np.array(wrench, dtype=float))
        assert (reach >= 1.0 - 1e-6) == (reachable == "1"), line


def _with_thrust(spec: BotSpec) -> WrenchSet:
    return WrenchSet(spec.effectiveness, spec.thrust_max_n)


def test_what_random_thrusts_give_is_attainable_and_more_than_the_reach_is_not() -> None:
    rng = np.random.default_rng(7)
    for _ in range(50):
        wrench = CANTED @ rng.uniform(0.0, 240.0, 16)
        reach = CANTED_SET.reach(wrench)
        assert reach >= 1.0 - 1e-9
        assert CANTED_SET.reach(wrench * reach * 1.001) < 1.0


def test_a_set_without_any_push_upwards_gives_a_direction_nothing_pushes_along() -> None:
    downwards = CANTED.copy()
    downwards[2] = -np.abs(downwards[2])
    blind = WrenchSet(downwards, np.full(16, 240.0)).unreachable()
    assert blind is not None
    assert np.all(blind @ downwards <= 1e-9)
    assert CANTED_SET.unreachable() is None


def test_shipped_authorities_of_the_default_bot() -> None:
    authority = BotSpec.load("dodeca-01").authority()
    assert AXES == ("+X", "-X", "+Y", "-Y", "+Z", "-Z")
    assert np.allclose(authority.force_n, [657.0, 657.0, 1229.8, 784.6, 806.0, 806.0], atol=0.1)
    assert np.allclose(authority.torque_nm, [599.5, 599.5, 445.9, 445.9, 494.3, 494.3], atol=0.1)
