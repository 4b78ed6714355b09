"""A serial port between python-can's slcan and the device, for a loop that never waits.

Three things of slcan and pyserial do not suit a loop and are put right here:

* slcan reads byte by byte and every read of pyserial costs two system calls, 0.2 ms a frame.
  Here a block is fetched in one call and handed out from memory.
* A byte that is no ASCII stays in slcan's buffer for good and every later read fails; an answer
  that is no frame looks like an empty bus. Here only well-formed frames pass.
* A full port makes a non-blocking write of pyserial spin. Here it fails at once.
"""

import os
from typing import Any

import serial

from qiki_hil.wire import lawicel
from qiki_hil.wire.raw import RawFrame

BLOCK_BYTES = 4096


class LinePort:
    """Stands in for a `serial.Serial` that was opened with timeout 0."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._parser = lawicel.Parser()
        self._lines = b""
        self._at = 0
        self._unsent = b""

    @property
    def garbage_lines(self) -> int:
        """Lines that were no part of the protocol."""
        return self._parser.garbage

    @property
    def in_waiting(self) -> int:
        """Bytes that `read` can give; fetches the next block when the last is used up."""
        if self._at >= len(self._lines):
            arrived = self._parser.feed(self._port.read(BLOCK_BYTES))
            frames = [line for line in arrived if isinstance(line, RawFrame)]
            self._lines = b"".join(map(lawicel.encode_frame, frames))
            self._at = 0
        return len(self._lines) - self._at

    def read(self, size: int = 1) -> bytes:
        """Up to `size` bytes of the block; empty where nothing is there."""
        piece = self._lines[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def write(self, line: bytes) -> int:
        """Writes a whole line or nothing of it. Raises SerialTimeoutException where it is full."""
        self._push_unsent()
        if self._unsent:
            raise serial.SerialTimeoutException("the port takes no more")
        self._unsent = line
        self._push_unsent()
        if len(self._unsent) == len(line):
            self._unsent = b""
            raise serial.SerialTimeoutException("the port takes no more")
        return len(line)

    def flush(self) -> None:
        """Does nothing: waiting until the last byte has left would hold the loop."""

    def reset_input_buffer(self) -> None:
        """Forgets what has arrived."""
        self._lines, self._at = b"", 0
        self._port.reset_input_buffer()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)

    def _push_unsent(self) -> None:
        # The rest of a line that went out in part must follow before the next line begins.
        if not self._unsent:
            return
        try:
            written = os.write(self._port.fileno(), self._unsent)
        except BlockingIOError:
            return
        self._unsent = self._unsent[written:]
