"""Rows of the screen that hold text: titles, and words that are wrapped and not cut."""

import textwrap

from rich.text import Text

from qiki_hil.console.live.glyphs import Glyphs, clip
from qiki_hil.console.live.state import EventLine

LINES_MAX = 3
"""Lines that a complaint, the limits or an event may take."""
_WRAP_MIN = 24
"""Columns below which a text is cut at the end of its line, not wrapped."""
_LEVEL_STYLE = {"info": "", "good": "green", "warn": "yellow", "bad": "bold red"}


def title(text: str, width: int, glyphs: Glyphs, *ages: Text) -> Text:
    """The line above a section."""
    line = Text(f"{glyphs.rule * 2} ", "dim").append(Text(text, "bold"))
    for age in ages:
        line.append("  ").append(age)
    return line.append(Text(" " + glyphs.rule * max(width - line.cell_len - 1, 0), "dim"))


def event_rows(
    event: EventLine, width: int, glyphs: Glyphs, lines_max: int = LINES_MAX
) -> list[Text]:
    """An event with its moment, its mark and its words."""
    marks: dict[str, str] = {
        "info": glyphs.dot,
        "good": glyphs.good,
        "warn": glyphs.warn,
        "bad": glyphs.bad,
    }
    time = f"{event.time_s:8.2f} s "
    words = f"{marks[event.level]} {printable(event.text)}"
    lines = wrapped(words, width - len(time), lines_max)
    style = _LEVEL_STYLE[event.level]
    heads = [Text(time, "dim"), *(Text(" " * len(time)) for _ in lines[1:])]
    return [head.append(Text(line, style)) for head, line in zip(heads, lines, strict=True)]


def wrapped(text: str, width: int, lines_max: int = LINES_MAX) -> list[str]:
    """The text in lines of `width` cells, those after the first indented. Where `lines_max` are too
    few, its middle is left out: a reason, and what would be right, stand at its end."""
    if width < _WRAP_MIN:
        return [clip(text, max(width, 1)).rstrip()]
    lines = textwrap.wrap(text, width, subsequent_indent="  ")
    if len(lines) <= lines_max:
        return lines
    first = f"{lines[0][: width - 2].rstrip()} …"
    return [first, *lines[len(lines) - lines_max + 1 :]]


def printable(text: str) -> str:
    """One line without control characters: nothing in it can move the cursor."""
    return "".join(char if char.isprintable() else " " for char in text)
