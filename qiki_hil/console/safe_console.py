"""Rich's console for texts that come from files, brokers and devices, and for reports."""

import os
import sys
from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Column, Table

from qiki_hil.console.say import escaped

_ENDLESS = 1000
"""Columns of a terminal that is wide enough for any table."""


class SafeConsole(Console):
    """Rich's console; control characters in what it is given do not reach the terminal. A table
    that is too wide loses its lines first, and then folds its cells between words."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """See Rich."""
        if isinstance(renderable, Table):
            self._fit(renderable, options or self.options)
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(escaped(segment.text), segment.style)

    def _fit(self, table: Table, options: ConsoleOptions) -> None:
        free = options.update(max_width=_ENDLESS)
        if Measurement.get(self, free, table).maximum <= options.max_width:
            return
        table.box, table.show_edge, table.padding = SIMPLE_HEAD, False, 0
        sizes = [self._size(column, free) for column in table.columns]
        room = options.max_width - len(sizes) + 1
        for column, width in zip(table.columns, _widths(sizes, room), strict=True):
            column.no_wrap, column.width = False, width

    def _size(self, column: Column, options: ConsoleOptions) -> Measurement:
        """From the longest word of a column to its longest line."""
        cells = [Measurement.get(self, options, cell) for cell in (column.header, *column.cells)]
        return Measurement(max(c.minimum for c in cells), max(c.maximum for c in cells))


def _widths(sizes: list[Measurement], room: int) -> list[int]:
    """Widths of columns: none breaks a word, and what is left goes to those that lack least."""
    widths = [size.minimum for size in sizes]
    lacking = sorted(range(len(sizes)), key=lambda i: sizes[i].span)
    for rest, index in enumerate(lacking):
        share = max(0, room - sum(widths)) // (len(sizes) - rest)
        widths[index] += min(sizes[index].span, share)
    return widths


def terminal_columns() -> int | None:
    """How wide the terminal is that standard output is; None where it is none, or does not tell."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError):
        return None


def report_console(width: int) -> SafeConsole:
    """For a report that is `width` columns wide, and on a terminal no wider than that is."""
    return SafeConsole(width=min(width, terminal_columns() or width), highlight=False)
