"""The log line of can-utils: `(1609779922.655421) vcan0 123#11223344`, also without the first
two parts, as `cansend` takes it, and the listing form of `candump` on a terminal:
`  can0  123   [4]  11 22 33 44`."""

import re
from typing import NamedTuple

from qiki_hil.wire.raw import RawFrame

_LOG = re.compile(
    r"^\s*(?:\((?P<seconds>\d{1,11})(?:\.(?P<fraction>\d{1,9}))?\)\s+)?(?:(?P<channel>\S+)\s+)?"
    r"(?P<id>[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#(?:(?P<data>(?:[0-9A-Fa-f]{2}){0,8})|R(?P<dlc>[0-8]?))"
    r"(?:\s+[RT])?\s*$"
)
_LISTING = re.compile(
    r"^\s*(?:\((?P<seconds>\d{1,11})(?:\.(?P<fraction>\d{1,9}))?\)\s+)?(?P<channel>\S+)\s+"
    r"(?P<id>[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})\s+\[(?P<dlc>[0-8])\]"
    r"(?P<data>(?:\s+[0-9A-Fa-f]{2}){0,8})\s*$"
)
_EXTENDED_DIGITS = 8


class LogLine(NamedTuple):
    """A frame with the time (ns, of whatever clock wrote the line) and channel of its line."""

    time_ns: int | None
    channel: str
    frame: RawFrame


def parse_line(line: str) -> LogLine | None:
    """The frame of a line, or None where the line is no classic CAN frame. Never raises."""
    match = _LOG.match(line)
    if match is not None:
        remote = match["data"] is None
        return _log_line(match, bytes.fromhex(match["data"] or ""), remote)
    match = _LISTING.match(line)
    if match is None:
        return None
    data = bytes.fromhex(match["data"])
    return _log_line(match, data, remote=False) if len(data) == int(match["dlc"]) else None


def _log_line(match: re.Match[str], data: bytes, remote: bool) -> LogLine:
    time_ns = None
    if match["seconds"] is not None:
        fraction = (match["fraction"] or "").ljust(9, "0")
        time_ns = int(match["seconds"]) * 1_000_000_000 + int(fraction)
    frame_id = int(match["id"], 16)
    extended = len(match["id"]) == _EXTENDED_DIGITS
    return LogLine(time_ns, match["channel"] or "", RawFrame(frame_id, data, extended, remote))
