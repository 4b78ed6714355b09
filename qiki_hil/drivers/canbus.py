"""A CAN bus behind python-can: open, drain without waiting, send with failures counted.

The loop waits for nobody, so neither `drain` nor `send` ever blocks. What a bus does wrong is
counted; only a device that is gone raises, and only from `send`.
"""

import errno
import logging
import os
from collections.abc import Iterable
from typing import Any

import can
import serial

from qiki_hil.drivers.line_port import LinePort
from qiki_hil.errors import RigError
from qiki_hil.wire.raw import RawFrame

# python-can reports through its logger what is counted or raised here.
logging.getLogger("can").setLevel(logging.CRITICAL)

DRAIN_MAX = 512
"""Frames taken in one drain at most: a babbling bus may not hold the loop."""

_GONE = frozenset({errno.ENODEV, errno.ENXIO, errno.EIO, errno.EBADF, errno.ENETDOWN, errno.EPIPE})


class CanBus:
    """An open bus. `counters`: frames_sent, send_failed, receive_failed, error_frames, and
    garbage_lines where the bus comes over a serial line."""

    def __init__(self, bus: can.BusABC, name: str, line_port: LinePort | None = None) -> None:
        self.name = name
        self._bus = bus
        self._line_port = line_port
        self._counters: dict[str, int] = {
            "frames_sent": 0,
            "send_failed": 0,
            "receive_failed": 0,
            "error_frames": 0,
        }

    @property
    def counters(self) -> dict[str, int]:
        """How often what happened."""
        if self._line_port is None:
            return dict(self._counters)
        return self._counters | {"garbage_lines": self._line_port.garbage_lines}

    @classmethod
    def open(
        cls,
        interface: str,
        channel: str,
        *,
        bitrate: int,
        tty_baudrate: int | None = None,
    ) -> "CanBus":
        """Opens the bus. Raises RigError with the cause and the cure where it is not there."""
        options: dict[str, Any] = {"interface": interface, "channel": channel, "bitrate": bitrate}
        if interface == "slcan":
            options |= {"timeout": 0, "sleep_after_open": 0.0}
            if tty_baudrate is not None:
                options["tty_baudrate"] = tty_baudrate
        name = f"{interface} {channel}"
        try:
            bus: Any = can.Bus(**options)
        except (can.CanError, OSError, ValueError, ImportError) as error:
            raise RigError(_explain(name, interface, channel, error)) from error
        if interface != "slcan":
            return cls(bus, name)
        line_port = LinePort(bus.serialPortOrig)
        bus.serialPortOrig = line_port
        return cls(bus, name, line_port)

    def drain(self) -> list[RawFrame]:
        """Every frame that has arrived. Never waits, never raises."""
        frames: list[RawFrame] = []
        for _ in range(DRAIN_MAX):
            try:
                message = self._bus.recv(timeout=0)
            except (can.CanError, OSError, ValueError):
                self._counters["receive_failed"] += 1
                break
            if message is None:
                break
            if message.is_error_frame:
                self._counters["error_frames"] += 1
            else:
                frames.append(_raw(message))
        return frames

    def send(self, frames: Iterable[RawFrame]) -> int:
        """Sends what can be sent at once; gives how many went out.

        A full queue is counted; a device that is gone raises RigError.
        """
        sent = 0
        for frame in frames:
            try:
                self._bus.send(_message(frame), timeout=0)
                sent += 1
            except (can.CanError, OSError) as error:
                self._counters["send_failed"] += 1
                if _is_gone(error):
                    raise RigError(f"{self.name}: the bus is gone ({_root(error)})") from error
        self._counters["frames_sent"] += sent
        return sent

    def close(self) -> None:
        """Closes the bus; a bus that is already gone is no error."""
        try:
            self._bus.shutdown()
        except (can.CanError, OSError):
            self._counters["send_failed"] += 1


def _raw(message: can.Message) -> RawFrame:
    return RawFrame(
        message.arbitration_id,
        bytes(message.data),
        message.is_extended_id,
        message.is_remote_frame,
    )


def _message(frame: RawFrame) -> can.Message:
    return can.Message(
        arbitration_id=frame.frame_id,
        data=frame.data,
        is_extended_id=frame.extended,
        is_remote_frame=frame.remote,
    )


def _root(error: BaseException) -> BaseException:
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return error


def _is_gone(error: BaseException) -> bool:
    root = _root(error)
    if isinstance(root, serial.SerialTimeoutException):
        return False
    if isinstance(root, serial.SerialException | serial.PortNotOpenError):
        return True
    code = getattr(error, "error_code", None) or getattr(root, "errno", None)
    return code in _GONE


def _explain(name: str, interface: str, channel: str, error: BaseException) -> str:
    root = _root(error)
    code = getattr(root, "errno", None) or next(iter(root.args), None)
    text = os.strerror(code) if isinstance(code, int) else str(root)
    if code == errno.EACCES or "Permission denied" in text:
        cure = "permission denied: let this user open it (group dialout for serial ports)"
    elif interface == "slcan" and (code == errno.ENOENT or "No such file" in text):
        cure = "no such device: is the adapter plugged in? `ls /dev/serial/by-id` lists them"
    elif interface == "slcan" and code == errno.ENOTTY:
        cure = "not a serial port; give the tty of the adapter"
    elif interface == "socketcan" and code in (errno.ENODEV, errno.ENXIO):
        cure = f"no such interface: `ip link set {channel} up type can bitrate ...` makes one"
    elif interface == "socketcan" and code in (errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT):
        cure = "this kernel has no SocketCAN: load the modules `can` and `can_raw`"
    elif isinstance(error, can.CanInterfaceNotImplementedError):
        cure = f"unknown or unusable interface; python-can knows {', '.join(_interfaces())}"
    else:
        cure = text or type(root).__name__
    return f"CAN bus {name}: cannot be opened: {cure}"


def _interfaces() -> list[str]:
    return sorted(can.VALID_INTERFACES)
