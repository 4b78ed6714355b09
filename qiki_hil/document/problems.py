"""What is wrong with a file: where, and in the words of the file."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a file to a value."""

_SHOWN_CHARS = 60


class Problem(NamedTuple):
    """What is wrong at `path`, and what would be right."""

    path: Path
    text: str


Problems = Iterator[Problem]
"""What a check yields."""


def dotted(path: Path) -> str:
    """`("thrusters", 3, "cluster")` as `thrusters[3].cluster`."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".") or "(top)"


def shown(value: object) -> str:
    """A value for a message, cut short."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}..."


def as_texts(problems: Iterable[Problem], lines: Mapping[Path, int]) -> list[str]:
    """`path: text (line n)`, without repetition, in the order of the file. What is wrong with
    another file that is named there stands indented below."""
    placed = [(_line(problem.path, lines), problem) for problem in dict.fromkeys(problems)]
    placed.sort(key=lambda item: item[0] or 0)
    return [_placed(problem, line) for line, problem in placed]


def _placed(problem: Problem, line: int | None) -> str:
    first, *below = problem.text.split("\n")
    head = f"{dotted(problem.path)}: {first}" + (f" (line {line})" if line else "")
    return "\n  ".join([head, *below])


def _line(path: Path, lines: Mapping[Path, int]) -> int | None:
    """Of the value, or of the nearest thing around it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path) if path else None
