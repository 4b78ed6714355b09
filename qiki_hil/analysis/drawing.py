"""Draws an allocation: plumes on the hull, thrusts, wrench demanded and allocated."""

from typing import TYPE_CHECKING, Any

import numpy as np

from qiki_hil.analysis.explain import Explanation
from qiki_hil.spec import BotSpec
from qiki_hil.spec.drawing import VIEWS, draw_hull, text_view

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PLUME = 0.9
"""Length of a plume at full thrust in units of the hull's inradius."""
_FIRING_N = 1e-3
_COLOURS = {
    "between": "tab:blue",
    "full": "tab:orange",
    "stuck open": "tab:red",
    "off": "lightgrey",
    "out": "black",
}


def firing(explanation: Explanation) -> list[int]:
    """Numbers of the nozzles that push."""
    return [n.nozzle for n in explanation.nozzles if n.thrust_n > _FIRING_N]


def text_views(spec: BotSpec, explanation: Explanation) -> list[tuple[str, str]]:
    """Title and text of each plan, with the plumes of the nozzles that push."""
    nozzles = firing(explanation)
    return [(view.title, text_view(spec, view, nozzles)) for view in VIEWS]


def figure(spec: BotSpec, explanation: Explanation) -> "Figure":
    """The craft with its plumes, as long as the thrusts, beside bars of thrusts and wrench."""
    from matplotlib.figure import Figure  # slow to import, and only a picture needs it

    drawing = Figure(figsize=(13, 7), layout="constrained")
    grid = drawing.add_gridspec(2, 2, width_ratios=(1.2, 1.0))
    _draw_craft(drawing.add_subplot(grid[:, 0], projection="3d"), spec, explanation)
    _draw_thrusts(drawing.add_subplot(grid[0, 1]), explanation)
    _draw_wrench(drawing.add_subplot(grid[1, 1]), explanation)
    words = "met" if explanation.met else "out of reach"
    drawing.suptitle(f"{spec.metadata.id}: wrench {words}, {explanation.fuel_n:.1f} N of thrust")
    return drawing


def _draw_craft(axes: Any, spec: BotSpec, explanation: Explanation) -> None:
    draw_hull(axes, spec)
    for nozzle in explanation.nozzles:
        thruster, colour = spec.thrusters[nozzle.nozzle], _COLOURS[nozzle.state]
        start = np.array(thruster.position_m_body)
        length = _PLUME * spec.hull.inradius_m * nozzle.thrust_n / nozzle.thrust_max_n
        plume = -length * np.array(thruster.force_direction_body)
        if nozzle.thrust_n > _FIRING_N:
            axes.quiver(*start, *plume, color=colour, arrow_length_ratio=0.2)
            axes.text(*(start + 1.1 * plume), str(nozzle.nozzle), fontsize=8, color=colour)
    half = 1.5 * spec.hull.inradius_m
    axes.set(
        xlim=(-half, half),
        ylim=(-half, half),
        zlim=(-half, half),
        xlabel="X forward, m",
        ylabel="Y left, m",
        zlabel="Z up, m",
        title="plumes, as long as the thrust",
    )
    axes.set_box_aspect((1, 1, 1))
    axes.view_init(elev=25, azim=-60)


def _draw_thrusts(axes: Any, explanation: Explanation) -> None:
    nozzles = explanation.nozzles
    numbers = [n.nozzle for n in nozzles]
    axes.bar(numbers, [n.thrust_max_n for n in nozzles], color="none", edgecolor="lightgrey")
    for state, colour in _COLOURS.items():
        group = [n for n in nozzles if n.state == state]
        if group:
            label = f"{state} ({len(group)})"
            where = [n.nozzle for n in group]
            axes.bar(where, [n.thrust_n for n in group], color=colour, label=label)
    axes.set(xlabel="nozzle", ylabel="thrust, N", xticks=numbers)
    axes.legend(fontsize=8)


def _draw_wrench(axes: Any, explanation: Explanation) -> None:
    rows = np.arange(6)
    demanded = [f"{value:.4g}" for value in explanation.demanded]
    axes.bar(rows - 0.2, explanation.demanded, 0.4, color="lightgrey", label="demanded")
    axes.bar(rows + 0.2, explanation.allocated, 0.4, color="tab:blue", label="allocated")
    names = ("Fx, N", "Fy, N", "Fz, N", "Tx, N·m", "Ty, N·m", "Tz, N·m")
    axes.set_xticks(rows, [f"{n}\n{a}" for n, a in zip(names, demanded, strict=True)], fontsize=8)
    axes.axhline(0.0, color="black", linewidth=0.6)
    axes.set(ylabel="N, N·m")
    axes.legend(fontsize=8)
