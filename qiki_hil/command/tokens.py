"""The tokens of a command text, with their columns, and the quantities they stand for."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qiki_hil.document import allowed_words
from qiki_hil.errors import CommandError

# Bounds that no craft of this size has a use beyond; they keep typing errors from flying.
POSITION_MAX_M = 1.0e6
ANGLE_MAX_DEG = 360.0
DURATION_MAX_S = 3600.0

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_DURATION = re.compile(r"(.*?)(ms|s)?", re.ASCII | re.IGNORECASE)
_WORD = re.compile(r";|[^\s;]+")
_SHOWN_MAX = 60


class CommandTextError(CommandError):
    """A command text is broken: `problem`, at `column` (1-based) of `text`."""

    def __init__(self, text: str, column: int, problem: str) -> None:
        self.text = text
        self.column = column
        self.problem = problem
        shown = text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"
        super().__init__(f'"{shown}", column {column}: {problem}')


@dataclass(frozen=True, slots=True)
class Token:
    """One part of a command text, and the column where it begins in its text (1-based)."""

    text: str
    column: int


def split_tokens(text: str) -> list[Token]:
    """The tokens of `text`, split at white space; a semicolon is a token of its own."""
    return [Token(match.group(), match.start() + 1) for match in _WORD.finditer(text)]


class TokenReader:
    """Takes the tokens of a command from left to right; each complaint says where and why."""

    def __init__(self, text: str, tokens: Sequence[Token], usage: str) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0
        self._usage = usage

    def fail(self, column: int, problem: str) -> CommandTextError:
        """The error for a problem at a column, with the usage."""
        return CommandTextError(self._text, column, f"{problem}. Usage: {self._usage}")

    def peek(self) -> Token | None:
        """The token that comes next."""
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def take(self, what: str) -> Token:
        """The next token; `what` names it where it is missing."""
        token = self.peek()
        if token is None:
            raise self.fail(len(self._text.rstrip()) + 1, f"{what} is missing")
        self._next += 1
        return token

    def end(self) -> None:
        """Nothing more may come."""
        token = self.peek()
        if token is not None:
            raise self.fail(token.column, f"'{token.text}' is too much")

    def number(self, what: str, unit: str, low: float, high: float) -> float:
        """A finite number in low..high."""
        token = self.take(f"{what} ({unit})")
        return self._value(token, token.text, what, unit, low, high)

    def level_ratio(self) -> float:
        """A level of 0..100 percent, as a ratio."""
        token = self.take("PCT (0..100 %)")
        return self._value(token, token.text.removesuffix("%"), "PCT", "%", 0.0, 100.0) / 100.0

    def duration_s(self, token: Token | None = None) -> float:
        """A positive duration: seconds, or with the unit s or ms."""
        token = token or self.take("DUR (1, 0.5s, 300ms)")
        return self.span_s(token, token.text, "DUR", positive=True)

    def span_s(self, token: Token, text: str, what: str, *, positive: bool) -> float:
        """A time of `text`, a part of `token`."""
        match = _DURATION.fullmatch(text)
        number, unit = match.groups() if match else (text, None)
        scale = 1000.0 if (unit or "").lower() == "ms" else 1.0
        value = self._value(token, number, what, "s or ms", 0.0, DURATION_MAX_S * scale) / scale
        if positive and value <= 0.0:
            raise self.fail(token.column, f"{what} must be longer than 0 s, not '{text}'")
        return value

    def vector(self, token: Token, what: str) -> tuple[float, float, float]:
        """Three numbers joined by commas in one token."""
        parts = token.text.split(",")
        if len(parts) != 3:
            raise self.fail(token.column, f"{what} needs 3 numbers x,y,z, not '{token.text}'")
        x, y, z = (self._value(token, part, what, "x,y,z", -1e6, 1e6) for part in parts)
        return (x, y, z)

    def numbers(self, what: str, count: int) -> list[int]:
        """Different whole numbers of 0..count-1, joined by commas in one token."""
        token = self.take(f"{what},{what},...")
        allowed = {str(number): number for number in range(count)}
        numbers: list[int] = []
        for part in token.text.split(","):
            if part not in allowed:
                raise self.fail(
                    token.column, f"{what} must be whole numbers of 0..{count - 1}, not '{part}'"
                )
            if allowed[part] in numbers:
                raise self.fail(token.column, f"{what} {part} is given twice")
            numbers.append(allowed[part])
        return numbers

    def choice(self, what: str, allowed: Sequence[str]) -> str:
        """One of the allowed names, whatever its case."""
        token = self.take(f"{what} ({', '.join(allowed)})")
        if token.text.lower() not in allowed:
            raise self.fail(
                token.column,
                f"{what} '{token.text}' is not known{allowed_words(token.text, allowed)}",
            )
        return token.text.lower()

    def _value(
        self, token: Token, text: str, what: str, unit: str, low: float, high: float
    ) -> float:
        if not _NUMBER.fullmatch(text):
            raise self.fail(
                token.column, f"{what} must be a finite number ({unit}), not '{token.text}'"
            )
        value = float(text) + 0.0  # -0 is 0
        if not low <= value <= high:
            raise self.fail(
                token.column, f"{what} must be within {low:g}..{high:g} {unit}, not '{token.text}'"
            )
        return value


def unit_vector(
    vector: tuple[float, float, float], fail: Callable[[str], Exception]
) -> tuple[float, float, float]:
    """The direction of a vector; one that is a unit vector already is left bit for bit."""
    length = math.sqrt(math.fsum(part * part for part in vector))
    if not length > 1e-9:
        raise fail("a direction must not be zero")
    if abs(length - 1.0) < 1e-15:
        return vector
    x, y, z = (part / length for part in vector)
    return (x, y, z)
