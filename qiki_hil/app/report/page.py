"""The page of a report: a summary, plots and tables in one HTML file."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from qiki_hil.app.report.plots import PANELS, Annotations, Panel, overview_png, panel_svg
from qiki_hil.app.summary import RunSummary
from qiki_hil.app.summary_text import STATUS_GLYPHS, facts, measured_text, number, timing_rows
from qiki_hil.app.traces import Traces
from qiki_hil.errors import StoreError
from qiki_hil.kernels import NOZZLES_PER_CLUSTER
from qiki_hil.pictures import not_drawn
from qiki_hil.store.manifest import write_atomically

TEMPLATE = "report.html.jinja"
Rows = list[tuple[str, ...]]


def write_report(
    directory: Path, summary: RunSummary, traces: Traces, annotations: Annotations = ()
) -> Path:
    """Writes `report.html` into a run's directory, whole or not at all; a plot that cannot be drawn
    is a sentence in it.

    `annotations` are commands and faults: time in s and text. Raises `StoreError`.
    """
    page = directory / "report.html"
    write_atomically(page, render_html(summary, traces, annotations).encode())
    return page


def write_picture(
    directory: Path, summary: RunSummary, traces: Traces, annotations: Annotations = ()
) -> Path:
    """Writes `report.png` beside it. Raises `StoreError`, also where it cannot be drawn."""
    picture = directory / "report.png"
    title = f"{summary.scenario} on {summary.rig}: {summary.status}"
    try:
        content = overview_png(traces, title, annotations)
    except Exception as error:
        raise StoreError(f"{picture}: {not_drawn(error)}") from error
    write_atomically(picture, content)
    return picture


def render_html(summary: RunSummary, traces: Traces, annotations: Annotations = ()) -> str:
    """The whole page."""
    plots = [(panel, _plot(panel, traces, annotations)) for panel in PANELS]
    return _template().render(
        summary=summary,
        glyph=STATUS_GLYPHS[summary.status],
        facts=facts(summary),
        plots=plots,
        timing=_timing_rows(summary),
        nozzles=_nozzle_rows(summary),
        annotations=[(f"{at_s:g}", text) for at_s, text in annotations],
        measured_text=measured_text,
        number=number,
    )


def _plot(panel: Panel, traces: Traces, annotations: Annotations) -> str:
    try:
        return Markup(panel_svg(panel, traces, annotations))
    except Exception as error:  # a plot is worth less than the rest of the page
        return not_drawn(error)


@cache
def _template() -> Template:
    """The template. Values are escaped: names in a scenario are the user's and may hold markup."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = (files("qiki_hil.app.report") / TEMPLATE).read_text(encoding="utf-8")
    return environment.from_string(text)


def _timing_rows(summary: RunSummary) -> Rows:
    return [
        (name, *(f"{value:,.1f}" for value in (v.p50_us, v.p99_us, v.p999_us, v.max_us)))
        for name, v in timing_rows(summary.timing)
    ]


def _nozzle_rows(summary: RunSummary) -> Rows:
    return [
        (
            f"{index:02d}",
            str(index // NOZZLES_PER_CLUSTER),
            str(nozzle.pulses),
            f"{nozzle.on_time_s:.3f}",
            f"{'✗' if index in summary.isolated else '✓'} {nozzle.state}",
        )
        for index, nozzle in enumerate(summary.nozzles)
    ]
