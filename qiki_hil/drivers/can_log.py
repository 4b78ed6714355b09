"""The frames of a recorded log, whoever wrote it. Its first bytes tell the format, not its name."""

import gzip
import io
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

from qiki_hil.errors import QikiError
from qiki_hil.wire.candump import LogLine, Unused, parse_line
from qiki_hil.wire.raw import RawFrame

if TYPE_CHECKING:
    from can import Message

Items = Iterator[LogLine | Unused]

_GZIP = b"\x1f\x8b"
_BLF = b"LOGG"
_CSV = b"timestamp,arbitration_id,"
_TRC = re.compile(rb"\s*;")
_ASC = re.compile(rb"\s*(?:date\s+[a-z]{3}|base\s+(?:hex|dec))\b", re.IGNORECASE)
_UNREAD = {b"SQLite format 3\0": "an SQLite database", b"MDF     ": "an MDF file"}


def read_log(file: BinaryIO) -> Items:
    """The frames of a log, and what else it has, in order: the lines of can-utils, and what
    python-can reads of other tools (ASC, BLF, CSV, TRC), each also packed with gzip.

    Raises QikiError where the log is of a kind that is not read, or is damaged.
    """
    count = 0
    try:
        for item in _items(file):
            count += 1
            yield item
    except (QikiError, OSError):
        raise
    except Exception as error:  # whatever the parsers of python-can, and gzip, run into
        raise QikiError(f"the log is damaged after {count} frames: {error}") from error


def _items(file: BinaryIO) -> Items:
    if not hasattr(file, "peek"):
        file = cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", file)))
    head = cast("io.BufferedReader", file).peek(64)
    for magic, kind in _UNREAD.items():
        if head.startswith(magic):
            cure = "convert it first: python -m can.logconvert LOG OUT.log"
            raise QikiError(f"the log is {kind}, which is not read here; {cure}")
    if head.startswith(_GZIP):
        return _items(cast("BinaryIO", gzip.GzipFile(fileobj=file)))
    messages = _messages(head, file)
    return _lines(_text(file)) if messages is None else map(_item, messages)


def _text(file: BinaryIO) -> TextIO:
    return io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace")


def _lines(file: TextIO) -> Items:
    after_error = False
    for line in file:
        # `candump -e` explains an error frame in the lines below it.
        if not line.strip() or (after_error and line.startswith("\t")):
            continue
        item = parse_line(line)
        after_error = item is Unused.ERROR_FRAME
        yield item


def _messages(head: bytes, file: BinaryIO) -> "Iterable[Message] | None":
    """What python-can reads of a log in a format of its own; None for any other text."""
    from can.io import ASCReader, BLFReader, CSVReader, TRCReader  # slow, and few logs need it

    if head.startswith(_BLF):
        return BLFReader(file)
    if head.startswith(_CSV):
        return CSVReader(_text(file))
    if _TRC.match(head):
        return TRCReader(_text(file))
    return ASCReader(_text(file)) if _ASC.match(head) else None


def _item(message: "Message") -> LogLine | Unused:
    if message.is_error_frame:
        return Unused.ERROR_FRAME
    if message.is_fd:
        return Unused.FD_FRAME
    frame = RawFrame(
        message.arbitration_id,
        bytes(message.data),
        message.is_extended_id,
        message.is_remote_frame,
    )
    channel = "" if message.channel is None else str(message.channel)
    return LogLine(f"{message.timestamp:.6f}", channel, frame)
