"""A line editor without a terminal: bytes in, finished lines out."""

import codecs
import re

_TEXT_MAX = 4096
_HISTORY_MAX = 200
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*([@-~])|O([@-~])|([^\[O]))")
_PARTIAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?\Z")


class LineEditor:
    """What is being typed, where the cursor is, and what was typed before.

    Knows backspace and delete, left, right, home and end, Ctrl-A/E/U/W/K, and up and down
    through the history. What it does not know it leaves out.
    """

    def __init__(self) -> None:
        self.text = ""
        self.cursor = 0
        self._history: list[str] = []
        self._place = 0
        self._draft = ""
        self._pending = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._keys = {
            "\x7f": self._backspace,
            "\b": self._backspace,
            "\x01": self._home,
            "\x05": self._end,
            "\x15": self._kill_before,
            "\x17": self._kill_word,
            "\x0b": self._kill_after,
        }
        self._escapes = {
            "A": lambda: self._recall(-1),
            "B": lambda: self._recall(1),
            "C": lambda: self._move(1),
            "D": lambda: self._move(-1),
            "H": self._home,
            "F": self._end,
            "3~": self._delete,
        }

    def feed(self, data: bytes) -> list[str]:
        """Takes what the terminal sent; the lines that were finished by it, stripped, no empty
        ones. A key may arrive in pieces."""
        lines: list[str] = []
        text = self._pending + self._decoder.decode(data)
        self._pending = ""
        position = 0
        while position < len(text):
            char = text[position]
            if char == "\x1b":
                match = _ESCAPE.match(text, position)
                if match is None:
                    if _PARTIAL.match(text, position) and len(text) - position < 32:
                        self._pending = text[position:]
                        break
                    position += 1
                    continue
                self._escape(match)
                position = match.end()
                continue
            if char in "\r\n":
                lines += self._finish()
            elif char in self._keys:
                self._keys[char]()
            elif char.isprintable() and len(self.text) < _TEXT_MAX:
                self.text = self.text[: self.cursor] + char + self.text[self.cursor :]
                self.cursor += 1
            position += 1
        return lines

    def _escape(self, match: re.Match[str]) -> None:
        final = match.group(1) or match.group(2)
        key = "3~" if match.group() == "\x1b[3~" else final
        action = self._escapes.get(key or "")
        if action is not None:
            action()

    def _finish(self) -> list[str]:
        line = self.text.strip()
        self._set("")
        if line and (not self._history or self._history[-1] != line):
            self._history = [*self._history[-_HISTORY_MAX + 1 :], line]
        self._place = len(self._history)
        return [line] if line else []

    def _set(self, text: str) -> None:
        self.text = text
        self.cursor = len(text)

    def _recall(self, step: int) -> None:
        place = self._place + step
        if not 0 <= place <= len(self._history):
            return
        if self._place == len(self._history):
            self._draft = self.text
        self._place = place
        self._set(self._draft if place == len(self._history) else self._history[place])

    def _move(self, step: int) -> None:
        self.cursor = min(max(self.cursor + step, 0), len(self.text))

    def _home(self) -> None:
        self.cursor = 0

    def _end(self) -> None:
        self.cursor = len(self.text)

    def _backspace(self) -> None:
        if self.cursor:
            self.cursor -= 1
            self._delete()

    def _delete(self) -> None:
        self.text = self.text[: self.cursor] + self.text[self.cursor + 1 :]

    def _kill_before(self) -> None:
        self.text, self.cursor = self.text[self.cursor :], 0

    def _kill_after(self) -> None:
        self.text = self.text[: self.cursor]

    def _kill_word(self) -> None:
        kept = self.text[: self.cursor].rstrip()
        kept = kept[: kept.rfind(" ") + 1]
        self.text, self.cursor = kept + self.text[self.cursor :], len(kept)


class LineSplitter:
    """Lines out of a byte stream that is not a terminal; a line too long is cut, not kept."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The lines that are finished by these bytes, stripped, no empty ones."""
        *whole, rest = (self._rest + data).split(b"\n")
        self._rest = rest[:_TEXT_MAX]
        lines = (line.decode("utf-8", "replace").strip() for line in whole)
        return [line for line in lines if line]

    def end(self) -> list[str]:
        """The last line, where the stream ended without a line break."""
        return self.feed(b"\n")
