"""Draws the thrust map and the torque map: loads of the nozzles, and plumes on the hull."""

from typing import TYPE_CHECKING, Any

import numpy as np

from qiki_hil.analysis.maps import AXES, Entry, MapReport
from qiki_hil.kernels import NOZZLES
from qiki_hil.spec import BotSpec
from qiki_hil.spec.drawing import VIEWS, draw_hull, text_view

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PLUME = 0.9
"""Length of a plume at full thrust in units of the hull's inradius."""
_LEVELS = "▁▂▃▄▅▆▇█"
_STYLES: tuple[dict[str, Any], ...] = (
    {"color": "tab:orange", "linewidth": 1.2, "zorder": 3},
    {"color": "tab:blue", "linewidth": 3.0, "alpha": 0.4, "zorder": 2},
)
"""Of the plumes of the economy set, and of the full set under them."""


def loads(spec: BotSpec, entry: Entry) -> str:
    """One character a nozzle: its load in eighths, `·` for none."""
    parts = [
        entry.set.thrust_n[n] / spec.thrust_max_n[n] if n in entry.set.nozzles else 0.0
        for n in range(NOZZLES)
    ]
    # Rounded up: whatever pushes is seen.
    return "".join("·" if p <= 0.0 else _LEVELS[min(int(np.ceil(8.0 * p)), 8) - 1] for p in parts)


def text_views(spec: BotSpec, entry: Entry) -> list[tuple[str, str]]:
    """Title and text of each plan, with the plumes of the nozzles of a set."""
    return [(view.title, text_view(spec, view, entry.set.nozzles)) for view in VIEWS]


def figure(report: MapReport) -> "Figure":
    """The plumes of every direction on the hull, above the loads of all sets."""
    from matplotlib.figure import Figure  # slow to import, and only a picture needs it

    drawing = Figure(figsize=(19, 15), layout="constrained")
    grid = drawing.add_gridspec(3, 6, height_ratios=(1.0, 1.0, 1.5))
    for number, axis in enumerate(AXES):
        panel = drawing.add_subplot(grid[number // 6, number % 6], projection="3d")
        _draw_direction(panel, report, axis.name)
    _draw_loads(drawing.add_subplot(grid[2, :]), report)
    drawing.suptitle(
        f"{report.spec.metadata.id}: thrust map and torque map at the ceilings; plumes are as "
        "long as the thrust, orange ZTT and ZFR, blue FTG and FRG"
    )
    return drawing


def _draw_direction(panel: Any, report: MapReport, name: str) -> None:
    spec, entries = report.spec, report.of(name)
    draw_hull(panel, spec, named=False)
    for entry, style in zip(entries, _STYLES, strict=True):
        for nozzle in entry.set.nozzles:
            thruster = spec.thrusters[nozzle]
            start = np.array(thruster.position_m_body)
            share = entry.set.thrust_n[nozzle] / thruster.thrust_max_n
            length = _PLUME * spec.hull.inradius_m * share
            plume = -length * np.array(thruster.force_direction_body)
            panel.quiver(*start, *plume, arrow_length_ratio=0.2, **style)
            panel.text(*(start + 1.15 * plume), str(nozzle), fontsize=6)
    ceilings = " / ".join(f"{entry.set.ceiling:.0f}" for entry in entries)
    axis = entries[0].axis
    half = 1.2 * spec.hull.inradius_m
    panel.set(xlim=(-half, half), ylim=(-half, half), zlim=(-half, half))
    panel.set_title(f"{name}, {axis.words}\n{ceilings} {axis.unit}", fontsize=9)
    panel.set_box_aspect((1, 1, 1), zoom=1.3)
    panel.view_init(elev=25, azim=-60)
    panel.set_axis_off()


def _draw_loads(panel: Any, report: MapReport) -> None:
    most_n = report.spec.thrust_max_n
    rows = np.array([entry.set.thrust_n for entry in report.entries])
    panel.imshow(rows / np.where(most_n > 0.0, most_n, 1.0), cmap="Blues", vmin=0, vmax=1.3)
    for row, entry in enumerate(report.entries):
        for nozzle in entry.set.nozzles:
            words = f"{entry.set.thrust_n[nozzle]:.1f}"
            panel.text(nozzle, row, words, ha="center", va="center", fontsize=7)
    names = [f"{e.axis.name} {e.kind} {e.set.ceiling:.1f} {e.axis.unit}" for e in report.entries]
    panel.set_yticks(range(len(names)), names, fontsize=7)
    panel.set_xticks(range(NOZZLES))
    panel.set(xlabel="nozzle", title="thrust at the ceiling, N", aspect="auto")
