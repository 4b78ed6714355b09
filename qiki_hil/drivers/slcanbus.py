"""A CAN bus behind a serial adapter that speaks LAWICEL (slcan).

python-can has an slcan too, but it reads byte by byte, keeps a byte that is no ASCII in its buffer
for good, and takes an answer that is no frame for an empty bus. Here each line is parsed once, and
only well-formed frames pass.
"""

import errno

import serial

from qiki_hil.drivers.bus import DRAIN_MAX, Bus, cannot_open, system_error
from qiki_hil.drivers.exclusive import Exclusive, hold_device
from qiki_hil.drivers.serial_line import SerialLine
from qiki_hil.wire import lawicel
from qiki_hil.wire.raw import RawFrame

TTY_BAUDRATE = 115_200
BLOCKS_MAX = 8
"""Blocks of bytes taken in one drain at most; half of it holds `DRAIN_MAX` of the longest lines."""

BITRATE_CODES = {bitrate: code for code, bitrate in lawicel.BITRATES.items()} | {
    # Beyond LAWICEL's table; common adapters know them by these numbers.
    750_000: "7",
    83_300: "9",
}


class SlcanBus(Bus):
    """An adapter whose channel is open."""

    def __init__(self, port: serial.Serial, name: str, hold: Exclusive | None = None) -> None:
        """`port` was opened with timeout 0."""
        super().__init__(name, hold)
        self._line = SerialLine(port)
        self._parser = lawicel.Parser()
        self._arrived: list[RawFrame] = []

    @classmethod
    def open(cls, channel: str, *, bitrate: int, tty_baudrate: int | None = None) -> "SlcanBus":
        """Opens the tty `channel` (`/dev/ttyACM0`, or with its speed `/dev/ttyACM0@115200`) and the
        channel of the adapter. Raises RigError with the cause and the cure where it is not there
        or another process has it.
        """
        name = f"slcan {channel}"
        path, _, speed = channel.partition("@")
        try:
            baudrate = int(speed) if speed else tty_baudrate or TTY_BAUDRATE
            opening = _opening(bitrate)
            # Before anything is written: the opening lines close the channel of an adapter.
            hold = hold_device(path, name) if path.startswith("/") else None
        except (OSError, ValueError) as error:
            raise cannot_open(name, error, _cure(error)) from error
        try:
            return cls(_opened(path, baudrate, opening), name, hold)
        except (OSError, ValueError) as error:
            if hold is not None:
                hold.release()
            raise cannot_open(name, error, _cure(error)) from error

    @property
    def counters(self) -> dict[str, int]:
        """How often what happened; `garbage_lines` were no part of the protocol."""
        return self._counters | {"garbage_lines": self._parser.garbage}

    def drain(self) -> list[RawFrame]:
        """See `Bus`."""
        for _ in range(BLOCKS_MAX):
            if len(self._arrived) >= DRAIN_MAX:
                break
            try:
                block = self._line.read_block()
            except OSError:
                self._counters["receive_failed"] += 1
                break
            if not block:
                break
            lines = self._parser.feed(block)
            self._arrived += [line for line in lines if isinstance(line, RawFrame)]
        frames, self._arrived = self._arrived[:DRAIN_MAX], self._arrived[DRAIN_MAX:]
        return frames

    def _close(self) -> None:
        # The adapter is told to close its channel first.
        try:
            self._line.write_line(b"C\r")
        finally:
            self._line.close()

    def _send(self, frame: RawFrame) -> None:
        self._line.write_line(lawicel.encode_frame(frame))


def _opened(path: str, baudrate: int, opening: bytes) -> serial.Serial:
    port = serial.serial_for_url(path, baudrate=baudrate, timeout=0)
    try:
        port.write(opening)
    except OSError:
        port.close()
        raise
    return port


def _opening(bitrate: int) -> bytes:
    """Close, bit rate, open: the lines that python-can sends too, which adapters are used to; the
    empty one stands where it would give a data rate of CAN FD."""
    if bitrate not in BITRATE_CODES:
        known = ", ".join(str(rate) for rate in sorted(BITRATE_CODES))
        raise ValueError(f"Invalid bitrate, choose one of {known}.")
    return f"C\rS{BITRATE_CODES[bitrate]}\r\rO\rO\r".encode("ascii")


def _cure(error: BaseException) -> str:
    code, text = system_error(error)
    if code == errno.ENOENT or "No such file" in text:
        return "no such device: is the adapter plugged in? `ls /dev/serial/by-id` lists them"
    if code == errno.ENOTTY:
        return "not a serial port; give the tty of the adapter"
    return ""
