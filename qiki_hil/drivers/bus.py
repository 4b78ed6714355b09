"""What every CAN bus does for the loop: drain without waiting, send with failures counted.

The loop waits for nobody, so neither `drain` nor `send` ever blocks. What a bus does wrong is
counted; only a device that is gone raises, and only from `send`.
"""

import errno
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable

import can
import serial

from qiki_hil.drivers.exclusive import Exclusive
from qiki_hil.errors import RigError
from qiki_hil.wire.raw import RawFrame

DRAIN_MAX = 512
"""Frames taken in one drain at most: a babbling bus may not hold the loop."""

FAILURES = (can.CanError, OSError)
"""What python-can and pyserial raise where a bus fails."""

_GONE = frozenset({errno.ENODEV, errno.ENXIO, errno.EIO, errno.EBADF, errno.ENETDOWN, errno.EPIPE})


class Bus(ABC):
    """An open bus. `counters`: frames_sent, send_failed, receive_failed, error_frames, and
    garbage_lines where the bus comes over a serial line."""

    def __init__(self, name: str, hold: Exclusive | None = None) -> None:
        """`hold` is what keeps others away; `close` lets go of it."""
        self.name = name
        self._hold = hold
        self._counters: dict[str, int] = {
            "frames_sent": 0,
            "send_failed": 0,
            "receive_failed": 0,
            "error_frames": 0,
        }

    @property
    def counters(self) -> dict[str, int]:
        """How often what happened."""
        return dict(self._counters)

    @abstractmethod
    def drain(self) -> list[RawFrame]:
        """Every frame that has arrived. Never waits, never raises."""

    def close(self) -> None:
        """Closes the bus and lets go of it; a bus that is already gone is no error."""
        try:
            self._close()
        except FAILURES:
            self._counters["send_failed"] += 1
        finally:
            if self._hold is not None:
                self._hold.release()

    @abstractmethod
    def _close(self) -> None:
        """Closes the bus. Raises what is in `FAILURES`."""

    @abstractmethod
    def _send(self, frame: RawFrame) -> None:
        """Sends one frame at once. Raises OSError, or an error with an OSError as its cause."""

    def send(self, frames: Iterable[RawFrame]) -> int:
        """Sends what can be sent at once; gives how many went out.

        A full queue is counted; a device that is gone raises RigError.
        """
        sent = 0
        for frame in frames:
            try:
                self._send(frame)
                sent += 1
            except FAILURES as error:
                self._counters["send_failed"] += 1
                if _is_gone(error):
                    raise RigError(f"{self.name}: the bus is gone ({root_of(error)})") from error
        self._counters["frames_sent"] += sent
        return sent


def root_of(error: BaseException) -> BaseException:
    """The first error of a chain: what the operating system said."""
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return error


def system_error(error: BaseException) -> tuple[int | None, str]:
    """Number and words of what the operating system said; None where it said nothing."""
    root = root_of(error)
    code = getattr(root, "errno", None) or next(iter(root.args), None)
    if isinstance(code, int):
        return code, os.strerror(code)
    return None, str(root) or type(root).__name__


def cannot_open(name: str, error: BaseException, cure: str) -> RigError:
    """The error of a bus that cannot be opened; `cure` is for this kind of bus, empty where there
    is none."""
    code, text = system_error(error)
    if code == errno.EACCES or "Permission denied" in text:
        cure = "permission denied: let this user open it (group dialout for serial ports)"
    return RigError(f"CAN bus {name}: cannot be opened: {cure or text}")


def _is_gone(error: BaseException) -> bool:
    root = root_of(error)
    if isinstance(root, serial.SerialTimeoutException):
        return False
    if isinstance(root, serial.SerialException | serial.PortNotOpenError):
        return True
    code = getattr(error, "error_code", None) or getattr(root, "errno", None)
    return code in _GONE
