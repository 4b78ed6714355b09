"""The lines that can-utils write and read.

A log, as `candump -L` and `-l` write it and `cansend` takes it without the first two parts:
`(1609779922.655421) vcan0 123#11223344`. The listing of `candump` on a terminal:
`  can0  123   [4]  11 22 33 44`, with whatever its options add: times of any kind (`-t`),
direction and flags (`-x`), text (`-a`), bits (`-i`), bytes from the last to the first (`-S`), the
raw length (`-8`), colours (`-c`).

Source: can-utils, `candump.c` and `lib.c`.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from qiki_hil.wire.raw import RawFrame

_STAMP = r"^\s*(?:\((?P<stamp>(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d{1,11})(?:\.\d{1,9})?)\)\s+)?"
_CHANNEL = r"(?P<channel>[^\s#]+)\s+"
_ID = r"(?P<id>[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})"
_LOG = re.compile(
    rf"{_STAMP}(?:{_CHANNEL})?{_ID}"
    r"(?:#(?P<data>(?:[0-9A-Fa-f]{2}\.?){0,8})|#R(?P<dlc>[0-8])?|#(?P<fd>#)[0-9A-Fa-f.]*)"
    r"(?:_[0-9A-Fa-f])?(?:\s+[RT])?\s*$"
)
_LISTING = re.compile(
    rf"{_STAMP}{_CHANNEL}(?:[RT]X\s+[B-] [E-]\s+)?{_ID}"
    r"\s+(?:\[(?P<length>[0-8])\]|\{(?P<raw>[0-9A-Fa-f])\}|(?P<fd>\[\d\d\]))"
    r"(?P<data>(?:(?:\s+|`)(?:[01]{8}|[0-9A-Fa-f]{2})\b)*)(?P<tail>.*)$"
)
_TEXT = re.compile(r"\s+(?:'.{0,8}'|`.{0,8}`)\s*")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_STANDARD_MAX, _EXTENDED_MAX, _ERROR_FLAG = 0x7FF, 0x1FFFFFFF, 0x20000000
_EXTENDED_DIGITS = 8
_BITS = 8


class Unused(StrEnum):
    """What a log has that holds no values."""

    BAD_LINE = "bad_line"
    ERROR_FRAME = "error_frame"
    FD_FRAME = "fd_frame"


class LogLine(NamedTuple):
    """A frame with what its line says of the time, as it is written there, and of the channel;
    empty where it says nothing."""

    stamp: str
    channel: str
    frame: RawFrame


def parse_line(line: str) -> LogLine | Unused:
    """The frame of a line, or what the line is instead. Never raises."""
    line = _COLOUR.sub("", line)
    match = _LOG.match(line)
    if match is not None:
        return _log_line(match)
    match = _LISTING.match(line)
    return Unused.BAD_LINE if match is None else _listed(match)


def _log_line(match: re.Match[str]) -> LogLine | Unused:
    if match["fd"]:
        return Unused.FD_FRAME
    remote = match["data"] is None
    return _line(match, bytes.fromhex((match["data"] or "").replace(".", "")), remote)


def _listed(match: re.Match[str]) -> LogLine | Unused:
    if match["fd"]:
        return Unused.FD_FRAME
    length = min(int(match["length"] or match["raw"], 16), 8)
    tail = match["tail"].strip()
    if tail == "remote request" and not match["data"]:
        return _line(match, b"", remote=True)
    data = _bytes(match["data"])
    known = not tail or tail == "ERRORFRAME" or _TEXT.fullmatch(match["tail"]) is not None
    return _line(match, data, remote=False) if known and len(data) == length else Unused.BAD_LINE


def _bytes(listed: str) -> bytes:
    words = listed.replace("`", " ").split()
    values = [int(word, 2 if len(word) == _BITS else 16) for word in words]
    return bytes(reversed(values) if "`" in listed else values)


def _line(match: re.Match[str], data: bytes, remote: bool) -> LogLine | Unused:
    frame_id = int(match["id"], 16)
    extended = len(match["id"]) == _EXTENDED_DIGITS
    if extended and frame_id & _ERROR_FLAG:
        return Unused.ERROR_FRAME
    if frame_id > (_EXTENDED_MAX if extended else _STANDARD_MAX):
        return Unused.BAD_LINE
    return LogLine(
        match["stamp"] or "", match["channel"] or "", RawFrame(frame_id, data, extended, remote)
    )
