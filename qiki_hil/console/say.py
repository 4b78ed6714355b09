"""What goes to the terminal. Texts of files, brokers and devices may hold control characters that
move the cursor, clear the screen or worse: here they become `\\u001b`, as JSON writes them."""

import json
from collections.abc import Mapping
from typing import Any

import click

REPORT_VERSION = 1
"""`schema_version` of what commands print with `--json`: raised when a name goes or changes its
meaning. A summary of a run or of a campaign has its own."""
LINE = "\n"
TAB = "\t"


def say(text: str, *, err: bool = False) -> None:
    """Prints lines to standard output or standard error."""
    click.echo(escaped(text), err=err)


def say_json(report: Mapping[str, Any]) -> None:
    """Prints one JSON object: the report, with its `schema_version`.

    Raises:
        ValueError: where a number is not finite, for which JSON has no word.
    """
    versioned = {"schema_version": REPORT_VERSION, **report}
    say(json.dumps(versioned, indent=2, ensure_ascii=False, allow_nan=False))


def escaped(text: str) -> str:
    """The text with every control character but line feeds and tabs as `\\uXXXX`. What is JSON
    stays the same JSON."""
    if text.isprintable():
        return text
    return "".join(f"\\u{ord(c):04x}" if is_control(c) else c for c in text)


def is_control(character: str) -> bool:
    """Whether it is of Unicode's class Cc, but for line feed and tab."""
    code = ord(character)
    return (code < 0x20 and character not in (LINE, TAB)) or 0x7F <= code < 0xA0
