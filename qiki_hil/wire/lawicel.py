"""The LAWICEL (slcan) protocol: CAN frames as ASCII lines over a serial line.

    t123411223344\\r   standard data frame: identifier 3 digits, length 1 digit, payload
    T0000012341AA\\r   extended data frame: identifier 8 digits
    r1230\\r  R000...  remote frames
    O\\r  C\\r          open and close the channel
    S8\\r  sXXYY\\r     bit rate by number or by registers
    V\\r  N\\r  F\\r     version, serial number, status flags
    Z0\\r  Z1\\r        time stamps off and on (two bytes after the payload)

A device answers `\\r` (done), BEL (refused), `z\\r`/`Z\\r` (frame taken), or a value and `\\r`.
(CANUSB manual, LAWICEL AB, version 1.0d.)
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from qiki_hil.wire.raw import RawFrame

CR = b"\r"
BELL = b"\x07"

LONGEST_LINE = 64
"""Longer than any line of the protocol (31 characters); what grows past it is garbage."""

MAX_DATA_BYTES = 8
MAX_STANDARD_ID = 0x7FF
MAX_EXTENDED_ID = 0x1FFF_FFFF

BITRATES = {
    "0": 10_000,
    "1": 20_000,
    "2": 50_000,
    "3": 100_000,
    "4": 125_000,
    "5": 250_000,
    "6": 500_000,
    "7": 800_000,
    "8": 1_000_000,
}

_HEX = frozenset(b"0123456789ABCDEFabcdef")


Letter = Literal["O", "L", "C", "S", "s", "V", "v", "N", "F", "Z", "z"]

_ARGUMENT: dict[Letter, re.Pattern[str]] = {
    "O": re.compile(r""),
    "L": re.compile(r""),
    "C": re.compile(r""),
    "S": re.compile(r"[0-8]"),
    "s": re.compile(r"[0-9A-Fa-f]{1,8}"),
    "V": re.compile(r"([0-9A-Fa-f]{4})?"),
    "v": re.compile(r"([0-9A-Fa-f]{4})?"),
    "N": re.compile(r"([0-9A-Za-z]{4})?"),
    "F": re.compile(r"([0-9A-Fa-f]{2})?"),
    "Z": re.compile(r"[01]?"),
    "z": re.compile(r""),
}


@dataclass(frozen=True, slots=True)
class Command:
    """A line that is no frame, a command or the answer to one: its letter and what follows."""

    letter: Letter
    argument: str = ""


Line = RawFrame | Command


def encode_frame(frame: RawFrame) -> bytes:
    """The line of a frame, with its carriage return. Raises ValueError beyond classic CAN."""
    limit = MAX_EXTENDED_ID if frame.extended else MAX_STANDARD_ID
    if not 0 <= frame.frame_id <= limit or len(frame.data) > MAX_DATA_BYTES:
        raise ValueError(
            f"frame id {frame.frame_id:#x} with {len(frame.data)} bytes: classic CAN takes ids up "
            f"to {limit:#x} and {MAX_DATA_BYTES} bytes"
        )
    letter = "r" if frame.remote else "t"
    digits = 3
    if frame.extended:
        letter, digits = letter.upper(), 8
    payload = "" if frame.remote else frame.data.hex().upper()
    return f"{letter}{frame.frame_id:0{digits}X}{len(frame.data)}{payload}\r".encode("ascii")


def decode_line(line: bytes) -> Line | None:
    """What a line without its carriage return says, or None where it says nothing. Never raises."""
    if not line or not line.isascii():
        return None
    letter, rest = chr(line[0]), line[1:]
    if letter in "tTrR":
        return _decode_frame(letter, rest)
    pattern = _ARGUMENT.get(letter)  # type: ignore[call-overload]
    argument = rest.decode("ascii")
    if pattern is None or pattern.fullmatch(argument) is None:
        return None
    return Command(letter, argument)  # type: ignore[arg-type]


@dataclass(slots=True)
class Parser:
    """Cuts a byte stream into lines; survives anything that is not one.

    `garbage` counts the lines that said nothing and the runs of bytes that never ended.
    """

    garbage: int = 0
    _rest: bytearray = field(default_factory=bytearray)
    _skipping: bool = False

    def feed(self, data: bytes) -> list[Line]:
        """Every line that these bytes complete. Never raises."""
        self._rest += data
        *complete, tail = self._rest.split(CR)
        lines: list[Line] = []
        for text in complete:
            self._take(bytes(text), lines)
        if len(tail) > LONGEST_LINE:
            self.garbage += not self._skipping
            self._skipping = True
            tail = bytearray()
        self._rest = bytearray(tail)
        return lines

    def _take(self, text: bytes, lines: list[Line]) -> None:
        if self._skipping:
            self._skipping = False
            return
        text = text.strip(b"\n\x07")
        if not text:
            return
        line = decode_line(text)
        if line is None:
            self.garbage += 1
        else:
            lines.append(line)


def _is_hex(text: bytes) -> bool:
    return _HEX.issuperset(text)


def _decode_frame(letter: str, rest: bytes) -> RawFrame | None:
    extended = letter.isupper()
    remote = letter in "rR"
    digits = 8 if extended else 3
    if len(rest) <= digits or not _is_hex(rest) or rest[digits] not in b"012345678":
        return None
    frame_id = int(rest[:digits], 16)
    if frame_id > (MAX_EXTENDED_ID if extended else MAX_STANDARD_ID):
        return None
    length = rest[digits] - ord("0")
    payload = rest[digits + 1 :]
    expected = 0 if remote else 2 * length
    stamp_digits = 4
    if len(payload) not in (expected, expected + stamp_digits):
        return None
    data = bytes(length) if remote else bytes.fromhex(payload[:expected].decode("ascii"))
    return RawFrame(frame_id, data, extended, remote)
