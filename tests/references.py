"""Committed tables of results, as CSV: read, compared, and written anew only on request.

A table has one row a case. Its first columns, the keys, name the case; the others are results.
Rows with the same first key are a group: groups are compared and replaced whole, one or more at a
time, so that a test need not make the whole table.
"""

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REL_TOL = 1e-9
"""Relative tolerance of numbers.

Flights are the same bits on every processor, because the core brings its own sin, exp and log.
What numpy then reduces them to may differ in the last bits (some 1e-15), because it takes other
code on other processors, and the table keeps twelve digits (5e-12). Equality would fail for these;
a change of the flight itself is larger by many orders, because valves open at other moments.
"""
DIGITS = 12
Cell = str | int | float
Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A committed table. `rows` of its methods are whole groups with all columns, in the order of
    the file."""

    path: Path
    keys: tuple[str, ...]

    def read(self) -> list[dict[str, str]]:
        """The committed rows; none where there is no file yet."""
        if not self.path.exists():
            return []
        with self.path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def row(self, *key: Cell) -> dict[str, str]:
        """The committed row of a case."""
        (found,) = (row for row in self.read() if self._key(row) == tuple(map(_text, key)))
        return found

    def write(self, rows: Sequence[Row]) -> None:
        """Replaces the groups of the rows in the file."""
        groups = self._groups(rows)
        kept = [row for row in self.read() if row[self.keys[0]] not in groups]
        new = [{name: _text(cell) for name, cell in row.items()} for row in rows]
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted([*kept, *new], key=self._order))
        self.path.write_text(text.getvalue(), encoding="utf-8")

    def differences(self, rows: Sequence[Row]) -> list[str]:
        """A line for each cell that is not as committed, and for each row on one side only."""
        groups = self._groups(rows)
        committed = {self._key(row): row for row in self.read() if row[self.keys[0]] in groups}
        found = {self._key(row): row for row in rows}
        assert len(found) == len(rows), "two rows have the same key"
        lines = [f"{' '.join(key)}: not in the table" for key in found if key not in committed]
        for key, old in committed.items():
            name = " ".join(key)
            new = found.get(key)
            lines += [f"{name}: {text}" for text in _changes(old, new)]
        return lines

    def _groups(self, rows: Sequence[Row]) -> set[str]:
        return {_text(row[self.keys[0]]) for row in rows}

    def _key(self, row: Row) -> tuple[str, ...]:
        return tuple(_text(row[key]) for key in self.keys)

    def _order(self, row: Row) -> list[tuple[int, str]]:
        """Sorts by the keys; whole numbers by their size, for the longer one is greater."""
        return [(len(text) if text.isdigit() else 0, text) for text in self._key(row)]


def _changes(old: Mapping[str, str], new: Row | None) -> Iterator[str]:
    """What is different in a row; `new` is None where there is no such case any more."""
    if new is None:
        yield "in the table, but no such case is left"
        return
    for column in [*old, *(column for column in new if column not in old)]:
        if column not in old or column not in new:
            yield f"{column}: a column of {'the table' if column in old else 'the results'} alone"
        elif not _same(old[column], new[column]):
            yield f"{column}: {old[column]} in the table, {_text(new[column])} now"


def _same(old: str, new: Cell) -> bool:
    """Whether a result is as committed: numbers to `REL_TOL`, texts and counts exactly."""
    if not isinstance(new, float):
        return old == str(new)
    try:
        return math.isclose(float(old), new, rel_tol=REL_TOL)
    except ValueError:
        return False


def _text(cell: Cell) -> str:
    return f"{cell:.{DIGITS}g}" if isinstance(cell, float) else str(cell)
