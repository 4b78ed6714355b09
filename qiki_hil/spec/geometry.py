"""The dodecahedron and the two nozzle layouts, as arrays.

A regular dodecahedron's face normals are the vertices of an icosahedron: the cyclic
permutations of (0, ±1, ±φ), normalised, φ the golden ratio. A tetrahedron needs normals
109.47° apart and a dodecahedron offers 63.43°, 116.57° and 180° alone, so the clusters sit on
the four faces whose normals sum to the shortest vector of all choices without opposite pairs.
"""

import itertools
import math

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

FACE_NAMES = tuple(f"F{i:02d}" for i in range(12))
CLUSTER_FACES = ("F02", "F03", "F04", "F05")
FACE_COSINE = 1.0 / math.sqrt(5.0)
"""Cosine of the angle between the normals of neighbouring faces, 63.43°."""
_AZIMUTHS_RAD = np.deg2rad([0.0, 90.0, 180.0, 270.0])
_PHI = (1.0 + math.sqrt(5.0)) / 2.0

# Opposite faces: F00-F01, F02-F08, F03-F09, F04-F10, F05-F11, F06-F07.
_NORMALS = (
    (_PHI, 0.0, 1.0),
    (-_PHI, 0.0, -1.0),
    (0.0, 1.0, _PHI),
    (0.0, 1.0, -_PHI),
    (1.0, -_PHI, 0.0),
    (-1.0, -_PHI, 0.0),
    (_PHI, 0.0, -1.0),
    (-_PHI, 0.0, 1.0),
    (0.0, -1.0, -_PHI),
    (0.0, -1.0, _PHI),
    (-1.0, _PHI, 0.0),
    (1.0, _PHI, 0.0),
)


def face_normals() -> Float64:
    """Outward normals of F00..F11: (12, 3) float64, unit vectors, body."""
    return np.array(_NORMALS) / math.hypot(1.0, _PHI)


def vertices(normals: Float64, inradius_m: float) -> tuple[Float64, Float64]:
    """Corners and edges of a dodecahedron.

    `normals` is (12, 3), body. Returns the corners, (20, 3) float64, m, body, and the edges,
    (30, 2) int64 indices into the corners. A corner is where three neighbouring faces meet, an
    edge joins two corners that share two faces.
    """
    near = np.abs(normals @ normals.T - FACE_COSINE) < 0.05
    triples = [
        triple
        for triple in itertools.combinations(range(len(normals)), 3)
        if all(near[a, b] for a, b in itertools.combinations(triple, 2))
    ]
    corners = np.array([np.linalg.solve(normals[list(t)], np.full(3, inradius_m)) for t in triples])
    edges = [
        (i, j)
        for i, j in itertools.combinations(range(len(triples)), 2)
        if len({*triples[i]} & {*triples[j]}) == 2
    ]
    return corners, np.array(edges)


def canted_clusters(inradius_m: float, cant_rad: float) -> tuple[Float64, Float64]:
    """Four pods of four nozzles at the centres of `CLUSTER_FACES`.

    The plume leaves at `cant_rad` from the face normal n towards azimuth 0, 90, 180, 270°,
    counted from e1 = n × z (normalised) through e2 = n × e1, and away from it: the force on the
    body is -cos(cant) n + sin(cant) (cos(az) e1 + sin(az) e2).
    Returns positions (16, 3), m, and force directions (16, 3), unit vectors, both body.
    """
    normals = face_normals()[[FACE_NAMES.index(name) for name in CLUSTER_FACES]]
    positions = np.repeat(normals * inradius_m, 4, axis=0)
    directions = [
        -math.cos(cant_rad) * n + math.sin(cant_rad) * (math.cos(az) * e1 + math.sin(az) * e2)
        for n in normals
        for e1, e2 in [_face_axes(n)]
        for az in _AZIMUTHS_RAD
    ]
    return positions, np.array(directions)


def _face_axes(normal: Float64) -> tuple[Float64, Float64]:
    e1 = np.cross(normal, (0.0, 0.0, 1.0))
    e1 /= np.linalg.norm(e1)
    return e1, np.cross(normal, e1)


def table_nozzles() -> tuple[Float64, Float64]:
    """The 16-row table: clusters A (+X), B (-X), C (+Z), D (-Z), each spread over a rectangle.

    Every force is tilted by 45° within one plane. Returns positions (16, 3), m, and force
    directions (16, 3), unit vectors, both body.
    """
    positions, directions = [], []
    s = math.sqrt(0.5)
    quarter = [(1, 1), (-1, 1), (1, -1), (-1, -1)]
    for x in (1, -1):
        for y, z in quarter:
            positions.append((0.85 * x, 0.85 * y, 0.40 * z))
            directions.append((-s * x, s * y, 0.0))
    for z in (1, -1):
        for x, y in quarter:
            positions.append((0.40 * x, 0.85 * y, 0.85 * z))
            directions.append((0.0, -s * y, -s * z))
    return np.array(positions), np.array(directions)
