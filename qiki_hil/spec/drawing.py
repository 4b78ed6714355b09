"""Draws a craft's hull and nozzles: as text for a terminal, and as a 3-D figure.

Arrows are plumes; the force on the craft points the other way.
"""

import itertools
import math
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qiki_hil.kernels import NOZZLES_PER_CLUSTER
from qiki_hil.spec.bot import BotSpec
from qiki_hil.spec.geometry import FACE_NAMES, vertices

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

_ARROWS = "→↗↑↖←↙↓↘"
_COLUMNS, _ROWS = 49, 23
_EXTENT = 1.9
"""Half-width of a drawing in units of the hull's inradius."""
_PLUME = 0.55
"""Length of a drawn plume in units of the hull's inradius."""
_CLUSTER_COLOURS = ("tab:blue", "tab:orange", "tab:green", "tab:red")


class View(NamedTuple):
    """A projection along an axis; right, up and towards the eye are rows of a rotation."""

    title: str
    axes: tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]


VIEWS = (
    View("top: +X right, +Y up", ((1, 0, 0), (0, 1, 0), (0, 0, 1))),
    View("side: +X right, +Z up", ((1, 0, 0), (0, 0, 1), (0, -1, 0))),
)


def text_view(spec: BotSpec, view: View, nozzles: Collection[int] | None = None) -> str:
    """A plan of the craft, `_ROWS` lines of `_COLUMNS` characters.

    Dots are the outline of the hull. Each arrow is the plume of the nozzles named after it,
    `⊙` one that comes towards the eye, `⊗` one that goes away from it. `nozzles` are those to
    draw, by default all.
    """
    canvas = _Canvas(spec.hull.inradius_m * _EXTENT)
    turn = np.array(view.axes, dtype=float)
    normals = np.array([spec.hull.faces[name].outward_normal_body for name in FACE_NAMES])
    corners, edges = vertices(normals, spec.hull.inradius_m)
    flat = corners @ turn.T
    for a, b in edges:
        if _is_outline(flat[:, :2], a, b):
            canvas.line(flat[a, :2], flat[b, :2])
    for point, plumes in _plumes(spec, turn, nozzles).items():
        canvas.mark(point, " ".join(f"{glyph}{'/'.join(who)}" for glyph, who in plumes.items()))
    return canvas.text()


def _is_outline(points: Float64, a: int, b: int) -> bool:
    edge, others = points[b] - points[a], points - points[a]
    side = edge[0] * others[:, 1] - edge[1] * others[:, 0]
    return bool(np.hypot(*edge) > 1e-9 and (np.all(side >= -1e-6) or np.all(side <= 1e-6)))


def _plumes(
    spec: BotSpec, turn: Float64, nozzles: Collection[int] | None
) -> dict[tuple[float, float], dict[str, list[str]]]:
    """Where plumes end, and there the nozzles of each arrow."""
    tips: dict[tuple[float, float], dict[str, list[str]]] = {}
    length = _PLUME * spec.hull.inradius_m
    for index, thruster in enumerate(spec.thrusters):
        if nozzles is not None and index not in nozzles:
            continue
        along = -(turn @ np.array(thruster.force_direction_body))
        tip = turn @ np.array(thruster.position_m_body) + length * along
        point = (round(float(tip[0]), 3), round(float(tip[1]), 3))
        tips.setdefault(point, {}).setdefault(_glyph(along), []).append(str(index))
    return tips


def _glyph(along: Float64) -> str:
    if math.hypot(along[0], along[1]) < 0.3:
        return "⊙" if along[2] > 0 else "⊗"
    return _ARROWS[round(math.atan2(along[1], along[0]) / (math.pi / 4)) % 8]


class _Canvas:
    def __init__(self, extent_m: float) -> None:
        self._extent_m = extent_m
        self._cells = [[" "] * _COLUMNS for _ in range(_ROWS)]

    def _cell(self, point: Float64 | tuple[float, float]) -> tuple[int, int]:
        column = round((point[0] / self._extent_m + 1.0) / 2.0 * (_COLUMNS - 1))
        row = round((1.0 - point[1] / self._extent_m) / 2.0 * (_ROWS - 1))
        return min(max(row, 0), _ROWS - 1), min(max(column, 0), _COLUMNS - 1)

    def line(self, start: Float64, end: Float64) -> None:
        for share in np.linspace(0.0, 1.0, 2 * _COLUMNS):
            row, column = self._cell(start + share * (end - start))
            self._cells[row][column] = "·"

    def mark(self, point: tuple[float, float], text: str) -> None:
        row, column = self._cell(point)
        column = min(column, _COLUMNS - len(text))
        self._cells[row][column : column + len(text)] = text

    def text(self) -> str:
        return "\n".join("".join(row) for row in self._cells)


def figure(spec: BotSpec) -> "Figure":
    """A 3-D drawing: hull, faces, plumes coloured by cluster, bayonets, centre of mass."""
    from matplotlib.figure import Figure  # slow to import, and only a picture needs it

    drawing = Figure(figsize=(9, 8), layout="constrained")
    axes = drawing.add_subplot(projection="3d")
    draw_hull(axes, spec)
    for cluster, colour in enumerate(_CLUSTER_COLOURS):
        _draw_cluster(axes, spec, cluster, colour)
    axes.scatter(*spec.com_m_body, color="black", marker="x", label="centre of mass")
    half = 1.5 * spec.hull.inradius_m
    axes.set(
        xlim=(-half, half),
        ylim=(-half, half),
        zlim=(-half, half),
        xlabel="X forward, m",
        ylabel="Y left, m",
        zlabel="Z up, m",
        title=f"{spec.metadata.id}: plumes by cluster",
    )
    axes.set_box_aspect((1, 1, 1))
    axes.view_init(elev=25, azim=-60)
    axes.legend(loc="upper left")
    return drawing


def draw_hull(axes: Any, spec: BotSpec, *, named: bool = True) -> None:
    """Edges and, where they are to be named, names of the faces, into 3-D axes."""
    names = FACE_NAMES
    normals = np.array([spec.hull.faces[name].outward_normal_body for name in names])
    corners, edges = vertices(normals, spec.hull.inradius_m)
    for a, b in edges:
        axes.plot(*corners[[a, b]].T, color="grey", linewidth=0.8)
    if not named:
        return
    for name, normal in zip(names, normals, strict=True):
        role = spec.hull.faces[name].role
        label = f"{name} {role}" if role == "bayonet" else name
        axes.text(*(normal * spec.hull.inradius_m), label, fontsize=7, color="dimgrey")


def _draw_cluster(axes: Any, spec: BotSpec, cluster: int, colour: str) -> None:
    length = _PLUME * spec.hull.inradius_m
    first = NOZZLES_PER_CLUSTER * cluster
    for index, thruster in itertools.islice(
        enumerate(spec.thrusters), first, first + NOZZLES_PER_CLUSTER
    ):
        start = np.array(thruster.position_m_body)
        plume = -length * np.array(thruster.force_direction_body)
        label = f"cluster {cluster}" if index == first else None
        axes.quiver(*start, *plume, color=colour, arrow_length_ratio=0.2, label=label)
        axes.text(*(start + 1.1 * plume), str(index), fontsize=8, color=colour)
