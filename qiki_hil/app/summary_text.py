"""The summary of a run as text: what the report and the terminal both print."""

from qiki_hil.app.summary import Expected, Percentiles, RunSummary, Timing

STATUS_GLYPHS = {"passed": "✓", "failed": "✗", "aborted": "◼", "killed": "◼"}


def number(value: float | None, unit: str = "", digits: int = 3) -> str:
    """A value to so many digits, or a dash where nothing is known."""
    return "–" if value is None else f"{value:,.{digits}g} {unit}".strip()


def fixed(value: float | None, decimals: int, unit: str = "") -> str:
    """A value with so many decimals, or a dash where nothing is known."""
    return "–" if value is None else f"{value:,.{decimals}f} {unit}".strip()


def facts(summary: RunSummary) -> list[tuple[str, str]]:
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
        ("records", f"{summary.records} ({summary.records_dropped} missing)"),
        ("propellant", fixed(summary.propellant_kg, 3, "kg")),
        ("delta-v", fixed(summary.delta_v_mps, 2, "m/s")),
        ("pulses", str(summary.pulses_total)),
        ("isolated nozzles", ", ".join(map(str, summary.isolated)) or "none"),
        ("inhibited", active_limits_text(summary)),
        ("real-time measures", "; ".join(summary.realtime_measures) or "none"),
        ("spec", summary.spec_hash[:16] or "–"),
        ("run", summary.run_id),
        ("directory", summary.directory),
    ]


def active_limits_text(summary: RunSummary) -> str:
    """Which limits were in force on nozzles or loads, and how long."""
    spans = (f"{name} {span_s:.1f} s" for name, span_s in summary.inhibited_s.items())
    return ", ".join(spans) or "–"


def measured_text(expected: Expected) -> str:
    """What was measured, or why nothing was."""
    if expected.measured is None:
        return expected.detail
    if isinstance(expected.measured, bool):
        return "true" if expected.measured else "false"
    if isinstance(expected.measured, str):
        return expected.measured
    return number(expected.measured, expected.unit, digits=4)


def timing_rows(timing: Timing) -> list[tuple[str, Percentiles]]:
    """The parts of the cycle that were timed, by name."""
    parts = [("wake-up", timing.wakeup), ("read", timing.read), ("step", timing.step)]
    parts += [("write", timing.write), ("send", timing.send)]
    return [(name, values) for name, values in parts if values is not None]
