"""Where emulated nodes meet a controller in real time: a pty, or any bus of python-can."""

import os
import tty
from abc import ABC, abstractmethod

from qiki_hil.drivers.bus import Bus
from qiki_hil.rig.emulator.lawicel_device import LawicelDevice
from qiki_hil.wire import RawFrame

READ_BYTES = 65536


class NodePort(ABC):
    """The nodes' end of the bus. Nothing here waits."""

    where: str
    """What a controller opens to get here."""

    @abstractmethod
    def drain(self) -> list[RawFrame]:
        """Every frame that has arrived."""

    @abstractmethod
    def send(self, frames: list[RawFrame]) -> None:
        """Sends what can be sent at once and counts the rest."""

    @abstractmethod
    def close(self) -> None:
        """Lets go of the bus."""

    @property
    @abstractmethod
    def counters(self) -> dict[str, int]:
        """What was not sent or not understood."""


class PtyPort(NodePort):
    """A pseudo terminal that speaks LAWICEL; `where` is what a host opens."""

    def __init__(self) -> None:
        # The slave stays open here too, so that hosts can come and go.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.where = os.ttyname(self._slave)
        self._device = LawicelDevice()
        self._unsent = b""
        self._dropped = 0

    def drain(self) -> list[RawFrame]:
        """Every frame that has arrived; answers go back at once."""
        try:
            data = os.read(self._master, READ_BYTES)
        except BlockingIOError:
            return []
        frames, answers = self._device.feed(data)
        self._write(answers)
        return frames

    def send(self, frames: list[RawFrame]) -> None:
        """A host that does not read loses frames, and they are counted."""
        lines = self._device.encode(frames)
        if lines and not self._write(lines):
            self._dropped += len(frames)

    def close(self) -> None:
        """Hangs up on the host."""
        os.close(self._slave)
        os.close(self._master)

    @property
    def counters(self) -> dict[str, int]:
        """See `NodePort.counters`."""
        return {"frames_dropped": self._dropped, "garbage_lines": self._device.garbage_lines}

    def _write(self, data: bytes) -> bool:
        # The rest of what went out in part must follow before anything else does.
        if self._unsent:
            self._unsent = self._unsent[self._put(self._unsent) :]
            if self._unsent:
                return False
        self._unsent = data[self._put(data) :]
        return True

    def _put(self, data: bytes) -> int:
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0


class BusPort(NodePort):
    """A bus that the drivers opened."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.where = bus.name

    def drain(self) -> list[RawFrame]:
        """Every frame that has arrived."""
        return self._bus.drain()

    def send(self, frames: list[RawFrame]) -> None:
        """Raises RigError where the bus is gone."""
        self._bus.send(frames)

    def close(self) -> None:
        """Leaves the bus."""
        self._bus.close()

    @property
    def counters(self) -> dict[str, int]:
        """See `NodePort.counters`."""
        return self._bus.counters
