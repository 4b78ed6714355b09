"""Writes the lines that `qiki_hil.wire.candump` reads."""

from qiki_hil.wire import RawFrame
from qiki_hil.wire.candump import LogLine

_EXTENDED_DIGITS = 8


def format_line(line: LogLine) -> str:
    """The log line of a frame, upper-case hex."""
    frame = line.frame
    digits = _EXTENDED_DIGITS if frame.extended else 3
    payload = "R" if frame.remote else frame.data.hex().upper()
    text = f"{line.channel} {frame.frame_id:0{digits}X}#{payload}"
    return f"({line.stamp}) {text}" if line.stamp else text


def listing(frame: RawFrame, options: str) -> str:
    """What `candump` prints of a frame of vcan0 with some of its options `a`, `i`, `S` and `x`: see
    `sprint_long_canframe` in the `lib.c` of can-utils."""
    digits = _EXTENDED_DIGITS if frame.extended else 3
    extra = "  RX - -" if "x" in options else ""
    head = f"  vcan0{extra}  {frame.frame_id:0{digits}X}   [{len(frame.data)}] "
    if frame.remote:
        return f"{head} remote request"
    width = 9 if "i" in options else 3
    words = [f"{byte:08b}" if "i" in options else f"{byte:02X}" for byte in frame.data]
    swapped = "S" in options
    data = "`".join(reversed(words)) if swapped else " ".join(words)
    line = f"{head} {data}" if words else head
    if "a" not in options:
        return line
    text = "".join(chr(byte) if 0x1F < byte < 0x7F else "." for byte in frame.data)
    quote = "`" if swapped else "'"
    shown = text[::-1] if swapped else text
    return line + quote.rjust(width * (8 - len(frame.data)) + 4) + shown + quote
