"""Writes the log lines that `qiki_hil.wire.candump` reads."""

from qiki_hil.wire.candump import LogLine

_EXTENDED_DIGITS = 8


def format_line(line: LogLine) -> str:
    """The log line of a frame; six decimals of a second, upper-case hex."""
    frame = line.frame
    digits = _EXTENDED_DIGITS if frame.extended else 3
    payload = "R" if frame.remote else frame.data.hex().upper()
    text = f"{line.channel} {frame.frame_id:0{digits}X}#{payload}"
    if line.time_ns is None:
        return text
    seconds, rest_ns = divmod(line.time_ns, 1_000_000_000)
    return f"({seconds}.{rest_ns // 1000:06d}) {text}"
