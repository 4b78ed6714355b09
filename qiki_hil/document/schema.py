"""The core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/, 10.3.2): which plain text is what.

PyYAML reads by YAML 1.1, where `on` is true, `010` is eight, `1:30` is ninety and `2e-4` is a text.
Its scanner and parser are used here with these rules in place of its own.
"""

import re
from collections.abc import Callable
from typing import Any

NULL, BOOL, INT, FLOAT, STR, MAP, SEQ = (
    f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "map", "seq")
)

PLAIN: tuple[tuple[str, re.Pattern[str], list[str]], ...] = (
    (NULL, re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    (BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    (INT, re.compile(r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$"), list("-+0123456789")),
    (
        FLOAT,
        re.compile(
            r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
            r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
        ),
        list("-+0123456789."),
    ),
)
"""Tag, pattern and possible first characters of every plain scalar that is not a text."""


def _int(text: str) -> int:
    for prefix, base in (("0o", 8), ("0x", 16)):
        if text.startswith(prefix):
            return int(text.removeprefix(prefix), base)
    return int(text)


def _float(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


VALUES: dict[str, Callable[[str], Any]] = {
    NULL: lambda _: None,
    BOOL: lambda text: text.lower() == "true",
    INT: _int,
    FLOAT: _float,
    STR: str,
}
"""What a scalar's text stands for, by its tag. Raises ValueError for a text that has none."""
