"""A serial port for a loop that never waits: blocks of bytes in, whole lines out.

pyserial reads a block in two system calls, so bytes are fetched in blocks. Its non-blocking write
spins where the port is full, so lines go to the descriptor itself.
"""

import os

import serial

BLOCK_BYTES = 4096


class SerialLine:
    """An open serial port."""

    def __init__(self, port: serial.Serial) -> None:
        """`port` was opened with timeout 0."""
        self._port = port
        self._unsent = b""

    def read_block(self) -> bytes:
        """What has arrived, at most a block; empty where nothing has. Raises OSError."""
        return bytes(self._port.read(BLOCK_BYTES))

    def write_line(self, line: bytes) -> None:
        """Writes a whole line or nothing of it.

        Raises SerialTimeoutException where the port is full, another OSError where it is gone.
        """
        self._push_unsent()
        if self._unsent:
            raise serial.SerialTimeoutException("the port takes no more")
        self._unsent = line
        self._push_unsent()
        if len(self._unsent) == len(line):
            self._unsent = b""
            raise serial.SerialTimeoutException("the port takes no more")

    def close(self) -> None:
        """Closes the port."""
        self._port.close()

    def _push_unsent(self) -> None:
        # The rest of a line that went out in part must follow before the next line begins.
        if not self._unsent:
            return
        try:
            written = os.write(self._port.fileno(), self._unsent)
        except BlockingIOError:
            return
        self._unsent = self._unsent[written:]
