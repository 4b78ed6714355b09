"""Integers in JSON. Most readers take a number there for a double, which is exact up to 2^53 alone:
what has 64 bits is written as a text of digits, as in the JSON form of protobuf. The rule stands in
docs/messages.md."""

from typing import Annotated

from pydantic import PlainSerializer

EXACT_MAX = 2**53
"""Integers up to here, of either sign, are exact as doubles."""

Digits = Annotated[int, PlainSerializer(str, return_type=str, when_used="json")]
"""An integer of 64 bits, such as a seed or a time in ns. Read from digits and from a number."""
