"""The report of a run: `report.html`, one file that needs nothing else, and `report.png`."""

import os
import tempfile
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from qiki_hil.app.plots import PANELS, Marks, overview_png, panel_svg
from qiki_hil.app.summary import Expected, Percentiles, Summary, Timing
from qiki_hil.errors import StoreError
from qiki_hil.scenario.signals import Columns

STATUS_GLYPHS = {"passed": "✓", "failed": "✗", "aborted": "◼"}

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2129; --paper: #ffffff; --soft: #5c6470;
  --line: #d5d9e0; --card: #f6f7f9; --good: #1b7a3d; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ec; --paper: #14171c; --soft: #9aa3b0;
  --line: #333a45; --card: #1c2027; --good: #5fc98a; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; color: var(--ink);
  background: var(--paper); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
.verdict { font-size: 1.2rem; font-weight: 600; margin: .3rem 0 1rem; }
.passed { color: var(--good); } .failed, .aborted { color: var(--bad); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { font-weight: 600; color: var(--soft); }
td.number, th.number { text-align: right; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .6rem;
  margin: 0; }
dl div { background: var(--card); border-radius: .4rem; padding: .45rem .7rem; }
dt { color: var(--soft); font-size: .8rem; } dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 0 0 1.5rem; } figure svg { width: 100%; height: auto; display: block; }
figcaption { color: var(--soft); font-size: .85rem; }
""".strip()

# Nothing but what is in the file itself may be loaded.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write_report(
    directory: Path, summary: Summary, columns: Columns, marks: Marks = ()
) -> tuple[Path, Path]:
    """Writes `report.html` and `report.png` into a run's directory, each whole or not at all.

    `marks` are moments (s) with words: commands and faults. Raises `StoreError`.
    """
    page = directory / "report.html"
    picture = directory / "report.png"
    title = f"{summary.scenario} on {summary.rig}: {summary.status}"
    _write_atomically(page, render_html(summary, columns, marks).encode())
    _write_atomically(picture, overview_png(columns, title, marks))
    return page, picture


def render_html(summary: Summary, columns: Columns, marks: Marks = ()) -> str:
    """The whole page."""
    title = escape(f"{summary.scenario} · {summary.status} · {summary.run_id}")
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(summary.scenario)}</h1>",
        _verdict(summary),
        _facts(summary),
        _section("Expectations", _expectations(summary)),
        *(_figure_section(index, columns, marks) for index in range(len(PANELS))),
        _section("Loop timing, µs", _timing_table(summary.timing)),
        _section("Nozzles", _nozzle_table(summary)),
        _section("Commands and faults", _table(("s", "what"), [(f"{t:g}", w) for t, w in marks])),
        _section("Telemetry", _table(("name", "value"), _pairs(summary.telemetry))),
        _section("Rig", _table(("counter", "value"), _pairs(summary.rig_counters))),
        _section("Versions", _table(("part", "version"), _pairs(summary.versions))),
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part)


def number(value: float | None, unit: str = "", digits: int = 3) -> str:
    """A value to so many digits, or a dash where nothing is known."""
    return "–" if value is None else f"{value:,.{digits}g} {unit}".strip()


def fixed(value: float | None, decimals: int, unit: str = "") -> str:
    """A value with so many decimals, or a dash where nothing is known."""
    return "–" if value is None else f"{value:,.{decimals}f} {unit}".strip()


def facts(summary: Summary) -> list[tuple[str, str]]:
    """The run in names and values, in the order of interest."""
    return [
        ("rig", summary.rig),
        ("rate", f"{summary.rate_hz:g} Hz"),
        ("seed", str(summary.seed)),
        ("run time", f"{summary.simulated_s:g} s"),
        ("wall time", fixed(summary.wall_s, 2, "s")),
        ("speed", fixed(summary.speed_ratio, 1, "× real time")),
        ("ended", " – ".join(filter(None, (summary.end, summary.end_detail)))),
        ("valves", "closed" if summary.valves_closed else "NOT CONFIRMED CLOSED"),
        ("overruns", str(summary.overruns)),
        ("records", f"{summary.records} ({summary.records_dropped} dropped)"),
        ("propellant", fixed(summary.propellant_kg, 3, "kg")),
        ("delta-v", fixed(summary.delta_v_mps, 2, "m/s")),
        ("pulses", str(summary.pulses_total)),
        ("isolated nozzles", ", ".join(map(str, summary.isolated)) or "none"),
        ("held back", held_back(summary)),
        ("real-time means", "; ".join(summary.realtime) or "none"),
        ("spec", summary.spec_hash[:16] or "–"),
        ("run", summary.run_id),
        ("directory", summary.directory),
    ]


def held_back(summary: Summary) -> str:
    """What held nozzles or loads back, and how long."""
    return (
        ", ".join(f"{name} {span_s:.1f} s" for name, span_s in summary.held_back_s.items()) or "–"
    )


def measured_words(expected: Expected) -> str:
    """What was measured, or why nothing was."""
    if expected.measured is None:
        return expected.words
    if isinstance(expected.measured, bool):
        return "true" if expected.measured else "false"
    if isinstance(expected.measured, str):
        return expected.measured
    return number(expected.measured, expected.unit, digits=4)


def timing_rows(timing: Timing) -> list[tuple[str, Percentiles]]:
    """The parts of the cycle that were timed, by their words."""
    parts = [("wake-up", timing.wakeup), ("read", timing.read), ("step", timing.step)]
    parts += [("write", timing.write), ("send", timing.send)]
    return [(name, values) for name, values in parts if values is not None]


def _verdict(summary: Summary) -> str:
    met = sum(expected.passed for expected in summary.expectations)
    words = f"{STATUS_GLYPHS[summary.status]} {summary.status.upper()}"
    count = f"{met} of {len(summary.expectations)} expectations met"
    return f'<p class="verdict {summary.status}">{words} · {count}</p>'


def _facts(summary: Summary) -> str:
    cells = (
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in facts(summary)
    )
    return f"<dl>{''.join(cells)}</dl>"


def _expectations(summary: Summary) -> str:
    rows = []
    for expected in summary.expectations:
        css, word = ("passed", "✓ met") if expected.passed else ("failed", "✗ not met")
        measured = measured_words(expected)
        cells = (expected.name, expected.signal, expected.window, expected.bound, measured)
        margin = number(expected.margin, expected.unit)
        rows.append(
            f'<tr><td class="{css}">{word}</td>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + f'<td class="number">{escape(margin)}</td></tr>'
        )
    head = ("", "name", "signal", "when", "bound", "measured", "margin")
    return _raw_table(head, rows) if rows else ""


def _figure_section(index: int, columns: Columns, marks: Marks) -> str:
    panel = PANELS[index]
    svg = panel_svg(panel, columns, marks)
    caption = f"<figcaption>{escape(panel.caption)}</figcaption>"
    return _section(panel.title, f'<figure id="{panel.name}">{svg}{caption}</figure>')


def _timing_table(timing: Timing) -> str:
    head = ("part", "p50", "p99", "p99.9", "max")
    rows = [
        (name, *(f"{value:,.1f}" for value in (v.p50_us, v.p99_us, v.p999_us, v.max_us)))
        for name, v in timing_rows(timing)
    ]
    return _table(head, rows)


def _nozzle_table(summary: Summary) -> str:
    rows = [
        (
            f"{index:02d}",
            str(index // 4),
            str(nozzle.pulses),
            f"{nozzle.on_time_s:.3f}",
            f"{'✗' if index in summary.isolated else '✓'} {nozzle.state}",
        )
        for index, nozzle in enumerate(summary.nozzles)
    ]
    return _table(("nozzle", "cluster", "pulses", "on-time, s", "state"), rows)


def _pairs(values: object) -> list[tuple[str, str]]:
    return [(str(k), str(v)) for k, v in values.items()] if isinstance(values, dict) else []


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    return _raw_table(head, [f"<tr>{row}</tr>" for row in cells]) if cells else ""


def _raw_table(head: Sequence[str], rows: Sequence[str]) -> str:
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    body = "\n".join(rows)
    return (
        f'<div class="scroll"><table><thead><tr>{titles}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _write_atomically(path: Path, data: bytes) -> None:
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from None
