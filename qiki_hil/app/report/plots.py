"""Plots of a run: one panel each for the report, six together for the overview picture.

Colours are mid-tones that can be read on a light and on a dark page. Lines also differ by style and
label, for readers who cannot tell the colours apart. matplotlib is imported when the first plot is
drawn.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from qiki_hil.app.traces import Traces
from qiki_hil.kernels import CLUSTERS, NOZZLES, NOZZLES_PER_CLUSTER
from qiki_hil.pictures import default_settings

Annotations = Sequence[tuple[float, str]]

_LABELLED_ANNOTATIONS_MAX = 12
_COLOURS = ("#3b8bd1", "#d9772b", "#3a9d5d", "#9a6fc9")
_GREY = "#808080"
# matplotlib knows no "colour of the surrounding text": this is replaced in the finished SVG.
_INK_PLACEHOLDER = "#010203"
_PAPER_INK = "#222222"


@dataclass(frozen=True, slots=True)
class Panel:
    """A plot: `draw(figure, traces, annotations)` fills a figure or a part of one."""

    name: str
    title: str
    caption: str
    draw: Callable[[Any, Traces, Annotations], None]


def panel_svg(panel: Panel, traces: Traces, annotations: Annotations = ()) -> str:
    """A panel as an `<svg>` element: text stays text, ids are unique to the panel."""
    with _style(_INK_PLACEHOLDER, salt=panel.name) as figure_class:
        figure = figure_class(figsize=(9.0, 3.6), layout="constrained")
        panel.draw(figure, traces, annotations)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK_PLACEHOLDER, "currentColor")
    svg = re.sub(r'\bid="', f'id="{panel.name}-', svg)
    svg = re.sub(r'(url\(#|href="#)', rf"\g<1>{panel.name}-", svg)
    label = f'<svg role="img" aria-label="{panel.title}" '
    return label + svg.removeprefix("<svg ").rstrip()


def overview_png(traces: Traces, title: str, annotations: Annotations = ()) -> bytes:
    """All six panels in one picture, PNG, on white."""
    with _style(_PAPER_INK, salt="overview") as figure_class:
        figure = figure_class(figsize=(15.0, 11.5), layout="constrained", facecolor="white")
        figure.suptitle(_plain(title), fontsize=15, fontweight="bold", x=0.01, ha="left")
        parts = figure.subfigures(3, 2, wspace=0.03, hspace=0.03).flat
        for panel, part in zip(PANELS, parts, strict=True):
            part.suptitle(panel.title, fontsize=11, fontweight="bold", x=0.02, ha="left")
            panel.draw(part, traces, annotations)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=110, metadata={"Software": "qiki-hil"})
    return buffer.getvalue()


@contextmanager
def _style(ink: str, salt: str) -> Iterator[Any]:
    """matplotlib's figure class, inside this package's style."""
    style: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": salt,
        "font.family": "sans-serif",
        "font.size": 9.0,
        "axes.facecolor": "none",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": _GREY,
        "grid.alpha": 0.25,
        "grid.linewidth": 0.6,
        "lines.linewidth": 1.3,
        "legend.frameon": False,
        "legend.fontsize": 8.0,
        "path.simplify": True,
    }
    inked = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    style.update(dict.fromkeys(inked, ink))
    with default_settings(style):
        from matplotlib.figure import Figure

        yield Figure


def _plain(text: str) -> str:
    """Text that matplotlib does not read as mathematics, which begins with a dollar sign."""
    return text.replace("$", r"\$")


def _finish(
    axes: Any, traces: Traces, annotations: Annotations, label: str, *, last: bool = True
) -> None:
    axes.set_ylabel(label)
    if traces.span_s is not None:
        start, end = traces.span_s
        axes.set_xlim(start, max(end, start + 1e-3))
    for at_s, _ in annotations:
        axes.axvline(at_s, color=_GREY, linewidth=0.8, linestyle=(0, (1, 2)), zorder=0.5)
    if last:
        axes.set_xlabel("time, s")
    else:
        axes.tick_params(labelbottom=False)


def _line(axes: Any, traces: Traces, name: str, part: int = 0, **style: Any) -> None:
    time_s, values = traces.line(name, part)
    if not np.isnan(values).all():
        axes.plot(time_s, values, **style)


def _label_annotations(axes: Any, annotations: Annotations) -> None:
    """The texts of the annotations along their lines; none where there are too many to read."""
    if len(annotations) > _LABELLED_ANNOTATIONS_MAX:
        return
    for at_s, text in annotations:
        short = text if len(text) <= 24 else f"{text[:23]}…"
        axes.text(
            at_s,
            0.5,
            _plain(short),
            transform=axes.get_xaxis_transform(),
            rotation=90,
            fontsize=7,
            color=_GREY,
            ha="right",
            va="center",
            clip_on=True,
        )


def _legend(axes: Any) -> None:
    """The legend in one row above the plot, where it hides no line."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        place = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.1}
        axes.legend(handles, labels, ncols=len(handles), columnspacing=1.2, **place)


def _no_data(axes: Any, text: str) -> None:
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)


_SOURCE_STYLES: dict[str, dict[str, Any]] = {
    "true": {"linestyle": "-", "linewidth": 1.6},
    "est": {"linestyle": ":", "linewidth": 1.3},
    "ref": {"linestyle": "--", "linewidth": 1.0},
}
_SOURCE_LABELS = {"true": "true", "est": "estimated", "ref": "reference"}


def _three(
    figure: Any,
    traces: Traces,
    annotations: Annotations,
    label: str,
    names: tuple[str, str, str],
    line: str,
) -> None:
    """Three components of a line, each as truth, estimate and reference."""
    axes = figure.subplots()
    for name, colour in zip(names, _COLOURS, strict=False):
        axes.plot([], [], color=colour, linewidth=2.5, label=name)
    for source, style in _SOURCE_STYLES.items():
        for index in range(3):
            _line(axes, traces, f"{source}_{line}", index, color=_COLOURS[index], **style)
        axes.plot([], [], color=_GREY, label=_SOURCE_LABELS[source], **style)
    _legend(axes)
    _finish(axes, traces, annotations, label)
    _label_annotations(axes, annotations)


def _attitude(figure: Any, traces: Traces, annotations: Annotations) -> None:
    _three(figure, traces, annotations, "deg", ("roll", "pitch", "yaw"), "attitude_deg")


def _position(figure: Any, traces: Traces, annotations: Annotations) -> None:
    _three(figure, traces, annotations, "m, world", ("x", "y", "z"), "position_m")


def _nozzles(figure: Any, traces: Traces, annotations: Annotations) -> None:
    axes = figure.subplots()
    if traces.span_s is None:
        _no_data(axes, "no records")
        return
    duty = traces.duty.ratio
    image = np.zeros((*duty.shape, 4))
    image[..., :3] = np.array([0x3B, 0x8B, 0xD1]) / 255.0
    image[..., 3] = np.sqrt(duty)
    start, end = traces.span_s
    axes.imshow(
        image,
        aspect="auto",
        interpolation="nearest",
        extent=(start, max(end, start + 1e-3), NOZZLES - 0.5, -0.5),
    )
    axes.set_yticks(range(NOZZLES), [f"{nozzle:02d}" for nozzle in range(NOZZLES)], fontsize=7)
    for first in range(NOZZLES_PER_CLUSTER, NOZZLES, NOZZLES_PER_CLUSTER):
        axes.axhline(first - 0.5, color=_GREY, linewidth=0.7)
    axes.grid(visible=False)
    _finish(axes, traces, annotations, "nozzle")


def _wrench(figure: Any, traces: Traces, annotations: Annotations) -> None:
    top, bottom = figure.subplots(2, 1, sharex=True)
    for axes, first, label in ((top, 0, "force, N"), (bottom, 3, "torque, N·m")):
        for index, name in enumerate("xyz"):
            for source, style in (("demanded", "--"), ("allocated", "-")):
                width = 0.9 if source == "demanded" else 1.3
                line = {"color": _COLOURS[index], "linestyle": style, "linewidth": width}
                line["label"] = f"{name} {source}"
                _line(axes, traces, f"wrench_{source}", first + index, **line)
        _finish(axes, traces, annotations, label, last=axes is bottom)
    _legend(top)


def _power(figure: Any, traces: Traces, annotations: Annotations) -> None:
    charge, load, heat = figure.subplots(3, 1, sharex=True)
    for name, style in (("battery", "-"), ("supercap", "--")):
        line: dict[str, Any] = {"linestyle": style, "color": _COLOURS[style == "--"]}
        _line(charge, traces, f"{name}_percent", label=name, **line)
    _line(load, traces, "load_kw", color=_COLOURS[0])
    styles = ("-", "--", "-.", ":")
    for cluster in range(CLUSTERS):
        line = {"color": _COLOURS[cluster], "linestyle": styles[cluster]}
        _line(heat, traces, "cluster_temp_c", cluster, label=f"cluster {cluster}", **line)
    for axes, label in ((charge, "charge, %"), (load, "load, kW"), (heat, "°C")):
        _finish(axes, traces, annotations, label, last=axes is heat)
        _legend(axes)


def _timing(figure: Any, traces: Traces, annotations: Annotations) -> None:
    wakeup, step = traces.timing["wakeup"], traces.timing["step"]
    if not len(wakeup.numbers) and not len(step.numbers):
        _no_data(figure.subplots(), "the cycle was not timed: time was simulated")
        return
    line, histogram = figure.subplots(1, 2)
    for tally, name, label, colour, style in (
        (step, "step_us", "step", _COLOURS[1], "--"),
        (wakeup, "wakeup_us", "wake-up", _COLOURS[0], "-"),
    ):
        _line(line, traces, name, color=colour, label=label, linewidth=0.5)
        timed = np.maximum(tally.numbers / 1e3, 0.1)
        if len(timed):
            edges = np.geomspace(timed.min(), max(timed.max(), timed.min() * 1.01), 60)
            look = {"histtype": "step", "color": colour, "label": label, "linestyle": style}
            histogram.hist(timed, edges, weights=tally.counts, **look)
    _finish(line, traces, annotations, "µs")
    line.set_yscale("log")
    _legend(line)
    histogram.set(xscale="log", yscale="log", xlabel="µs", ylabel="cycles")
    _legend(histogram)


PANELS: tuple[Panel, ...] = (
    Panel(
        "attitude",
        "Attitude",
        "Roll, pitch, yaw (yaw about +Z first, then pitch about +Y, then roll about +X). "
        "Solid: true; dotted: estimated; dashed: reference.",
        _attitude,
    ),
    Panel(
        "position",
        "Position",
        "Centre of mass in the world frame, x east, y north, z up. "
        "Solid: true; dotted: estimated; dashed: reference.",
        _position,
    ),
    Panel(
        "nozzles",
        "Nozzle on-time",
        "The 16 nozzles over time; the darker, the longer the valve was commanded open. "
        "Lines part the clusters.",
        _nozzles,
    ),
    Panel(
        "wrench",
        "Wrench",
        "Force and torque about the centre of mass, body frame. Dashed: demanded; solid: allocated "
        "by the allocation, before the valves make pulses of it.",
        _wrench,
    ),
    Panel(
        "power",
        "Power and heat",
        "States of charge, load of the whole craft, and temperatures of the clusters.",
        _power,
    ),
    Panel(
        "timing",
        "Loop timing",
        "Time from the deadline to the wake-up and time of the controller's step, along the "
        "run and as histograms.",
        _timing,
    ),
)
