"""A CAN bus behind python-can: SocketCAN, virtual, and whatever else it reaches."""

import errno
import logging
from typing import Any

import can

from qiki_hil.drivers.bus import DRAIN_MAX, FAILURES, Bus, cannot_open, system_error
from qiki_hil.wire.raw import RawFrame

# python-can reports through its logger what is counted or raised here.
logging.getLogger("can").setLevel(logging.CRITICAL)


class CanBus(Bus):
    """A bus that python-can opened."""

    def __init__(self, bus: can.BusABC, name: str) -> None:
        super().__init__(name)
        self._bus = bus

    @classmethod
    def open(cls, interface: str, channel: str, *, bitrate: int) -> "CanBus":
        """Opens the bus. Raises RigError with the cause and the cure where it is not there."""
        name = f"{interface} {channel}"
        try:
            bus: Any = can.Bus(interface=interface, channel=channel, bitrate=bitrate)
        except (can.CanError, OSError, ValueError, ImportError) as error:
            raise cannot_open(name, error, _cure(interface, channel, error)) from error
        return cls(bus, name)

    def drain(self) -> list[RawFrame]:
        """See `Bus`."""
        frames: list[RawFrame] = []
        for _ in range(DRAIN_MAX):
            try:
                message = self._bus.recv(timeout=0)
            except (*FAILURES, ValueError):
                self._counters["receive_failed"] += 1
                break
            if message is None:
                break
            if message.is_error_frame:
                self._counters["error_frames"] += 1
            else:
                frames.append(_raw(message))
        return frames

    def close(self) -> None:
        """See `Bus`."""
        try:
            self._bus.shutdown()
        except FAILURES:
            self._counters["send_failed"] += 1

    def _send(self, frame: RawFrame) -> None:
        self._bus.send(_message(frame), timeout=0)


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


def _cure(interface: str, channel: str, error: BaseException) -> str:
    code, _ = system_error(error)
    if interface == "socketcan" and code in (errno.ENODEV, errno.ENXIO):
        return f"no such interface: `ip link set {channel} up type can bitrate ...` makes one"
    if interface == "socketcan" and code in (errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT):
        return "this kernel has no SocketCAN: load the modules `can` and `can_raw`"
    if isinstance(error, can.CanInterfaceNotImplementedError):
        known = ", ".join(sorted(can.VALID_INTERFACES))
        return f"unknown or unusable interface; python-can knows {known}"
    return ""
