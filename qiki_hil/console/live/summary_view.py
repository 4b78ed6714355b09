"""The summary of a run on a terminal: with Rich, or as plain lines."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from qiki_hil.app.summary import Expected, Percentiles, RunSummary
from qiki_hil.app.summary_text import (
    STATUS_GLYPHS,
    facts,
    fixed,
    measured_text,
    number,
    timing_rows,
)

_STATUS_STYLE = {
    "passed": "bold green",
    "failed": "bold red",
    "aborted": "bold yellow",
    "killed": "bold red",
}


def verdict(summary: RunSummary) -> str:
    """The run in one line."""
    met = sum(expected.passed for expected in summary.expectations)
    return (
        f"{STATUS_GLYPHS[summary.status]} {summary.status.upper()} "
        f"{summary.scenario} on {summary.rig}: "
        f"{met} of {len(summary.expectations)} expectations met"
    )


def summary_lines(summary: RunSummary) -> list[str]:
    """The summary for a pipe or a log file."""
    lines = [verdict(summary)]
    for expected in summary.expectations:
        word = "met    " if expected.passed else "NOT MET"
        lines.append(f"  {word} {expected.name}: {expected.detail} at {expected.window}")
    lines += [f"  {name}: {value}" for name, value in facts(summary)]
    for name, values in timing_rows(summary.timing):
        cells = zip(("p50", "p99", "p99.9", "max"), _cells(values), strict=True)
        lines.append(f"  {name} µs: " + ", ".join(f"{head} {cell}" for head, cell in cells))
    pulses = ", ".join(f"{i:02d} {nozzle.pulses}" for i, nozzle in enumerate(summary.nozzles))
    lines.append(f"  pulses by nozzle: {pulses}")
    lines += [f"  telemetry {name}: {value}" for name, value in telemetry(summary)]
    return lines


def summary_view(summary: RunSummary) -> RenderableType:
    """The summary for a terminal."""
    parts: list[RenderableType] = [Text(verdict(summary), _STATUS_STYLE[summary.status])]
    if summary.expectations:
        parts.append(_expectations(summary.expectations))
    parts.append(_facts(summary))
    if timing_rows(summary.timing):
        parts.append(_timing(summary))
    words = ", ".join(f"{name} {value}" for name, value in telemetry(summary))
    if words:
        parts.append(Text(f"telemetry: {words}"))
    return Group(*parts)


def telemetry(summary: RunSummary) -> list[tuple[str, int | float | str | bool]]:
    """How publishing went, without what is empty."""
    pairs = summary.telemetry.items()
    return [(name, value) for name, value in pairs if value is not None and value != ""]


def _expectations(expectations: list[Expected]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("", "expectation", "when", "wanted", "measured"):
        table.add_column(head)
    table.add_column("margin", justify="right")
    for expected in expectations:
        words = Text("✓ met", "green") if expected.passed else Text("✗ not met", "bold red")
        margin = number(expected.margin, expected.unit)
        cells = (expected.name, expected.window, expected.bound, measured_text(expected), margin)
        table.add_row(words, *(Text(cell) for cell in cells))
    return table


def _facts(summary: RunSummary) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts(summary):
        table.add_row(name, Text(value))
    on_time_s = sum(nozzle.on_time_s for nozzle in summary.nozzles)
    table.add_row("valves open", Text(fixed(on_time_s, 2, "s, all nozzles")))
    return table


def _timing(summary: RunSummary) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("loop, µs")
    for head in ("p50", "p99", "p99.9", "max"):
        table.add_column(head, justify="right")
    for name, values in timing_rows(summary.timing):
        table.add_row(name, *_cells(values))
    return table


def _cells(values: Percentiles) -> list[str]:
    return [f"{v:,.1f}" for v in (values.p50_us, values.p99_us, values.p999_us, values.max_us)]
