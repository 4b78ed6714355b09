"""A state and an event as one plain line each."""

import math

from qiki_hil.console.live.glyphs import ASCII, Glyphs
from qiki_hil.console.live.limits import limit_texts
from qiki_hil.console.live.state import STALE_S, EventLine, LiveState, Vec3
from qiki_hil.kernels import nozzles_in

_LEVEL_WORD = {"info": "", "good": "OK: ", "warn": "WARNING: ", "bad": "ERROR: "}


def status_line(state: LiveState, glyphs: Glyphs) -> str:
    """Where the run is, in words and numbers."""
    speed = math.sqrt(sum(part * part for part in state.rates_dps))
    parts = [
        f"{state.time_s:8.2f} s",
        f"{state.mode} {'armed' if state.armed else 'silent'}",
        f"position {_vector(state.position_m, 2)} m",
        f"attitude {_vector(state.attitude_rpy_deg, 1)} deg",
        f"rate {_number(speed, 2)} deg/s",
        f"propellant {_number(state.propellant_kg, 2)} kg",
    ]
    if state.wakeup_p99_us is not None:
        parts.append(f"wake-up p99 {state.wakeup_p99_us:.0f} {glyphs.micro}s")
    parts.append(f"overruns {state.overruns}")
    if state.records_dropped:
        parts.append(f"DROPPED {state.records_dropped}")
    if state.inhibit_reason != "NONE":
        parts.append(f"INHIBITED {state.inhibit_reason}")
    if state.allocation_mode not in ("ADAPTIVE", "UNKNOWN") or state.allocation_reason != "NONE":
        parts.append(allocation_text(state))
    parts += [f"INHIBITED {text}" for text in limit_texts(state)]
    parts += [
        f"{condition} {_nozzles(bits)}"
        for condition, bits in (
            ("ISOLATED", state.isolated),
            ("STUCK OPEN", state.stuck_open),
            ("ON TRIAL", state.returning & ~state.isolated),
            ("FEEDBACK LIES", state.feedback_lies),
        )
        if bits
    ]
    parts += [
        f"STALE {part} {age:.1f} s"
        for part, age in state.ages_s.items()
        if age is not None and age > STALE_S[part]
    ]
    return ", ".join(parts)


def allocation_text(state: LiveState) -> str:
    """The allocation mode in effect, the one requested where it is another, and why."""
    text = f"allocation {state.allocation_mode}"
    if state.allocation_requested != state.allocation_mode:
        text += f" for {state.allocation_requested}"
    if state.allocation_reason != "NONE":
        text += f" ({state.allocation_reason})"
    return text


def event_line(event: EventLine, glyphs: Glyphs) -> str:
    """An event with its moment; control characters become spaces."""
    text = "".join(char if char.isprintable() else " " for char in event.text)
    if glyphs is ASCII:
        text = text.encode("ascii", "replace").decode()
    return f"{event.time_s:8.2f} s, {_LEVEL_WORD[event.level]}{text}"


def _nozzles(bits: int) -> str:
    return ",".join(map(str, nozzles_in(bits)))


def _vector(values: Vec3, decimals: int) -> str:
    return " ".join(_number(value, decimals) for value in values)


def _number(value: float, decimals: int) -> str:
    if not math.isfinite(value):
        return "?"
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0.0 else text
