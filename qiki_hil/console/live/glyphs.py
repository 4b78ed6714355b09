"""Glyphs and numbers of fixed width. No meaning is left to colour alone."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What is drawn with; there is a set for terminals that know nothing but ASCII."""

    good: str
    bad: str
    warn: str
    stale: str
    on: str
    off: str
    rule: str
    full: str
    empty: str
    cursor: str
    unknown: str
    degree: str
    micro: str
    dot: str
    parts: str


UNICODE = Glyphs("✓", "✗", "!", "◷", "●", "○", "─", "█", "░", "▏", "–", "°", "µ", "·", "▏▎▍▌▋▊▉")
ASCII = Glyphs("+", "x", "!", "~", "*", "o", "-", "#", ".", "_", "-", "", "u", "|", "")


def glyphs_for(encoding: str | None) -> Glyphs:
    """The set that an output of this encoding can show."""
    try:
        "".join((UNICODE.good, UNICODE.full, UNICODE.parts)).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def bar(ratio: float, width: int, glyphs: Glyphs) -> str:
    """A bar of `width` cells for 0..1; anything above nothing shows at least a sliver."""
    if not math.isfinite(ratio):
        return glyphs.unknown * width
    cells = min(max(ratio, 0.0), 1.0) * width
    whole = int(cells)
    steps = len(glyphs.parts) + 1
    part = math.ceil((cells - whole) * steps - 1e-9)
    if part == steps:
        whole, part = whole + 1, 0
    tail = glyphs.parts[part - 1] if part else ""
    return (glyphs.full * whole + tail).ljust(width, glyphs.empty)


def fixed(value: float, width: int, decimals: int, glyphs: Glyphs) -> str:
    """A signed number right-aligned in its width; with fewer decimals where it would not fit."""
    if not math.isfinite(value):
        return glyphs.unknown.rjust(width)
    for places in range(decimals, -1, -1):
        text = f"{value:.{places}f}"
        if float(text) == 0.0:
            text = text.lstrip("-")
        if len(text) <= width:
            return text.rjust(width)
    return f"{value:.0e}"[:width].rjust(width)


def clip(text: str, width: int) -> str:
    """The text in exactly so many cells, an ellipsis where it was cut."""
    if len(text) <= width:
        return text.ljust(width)
    return f"{text[: max(width - 1, 0)]}…"[:width]
