"""A CAN bus behind python-can: SocketCAN, virtual, and whatever else it reaches."""

import errno
import logging
from dataclasses import dataclass
from typing import Any

import can

from qiki_hil.drivers.bus import DRAIN_MAX, FAILURES, Bus, cannot_open, root_of, system_error
from qiki_hil.drivers.exclusive import Exclusive, hold_device
from qiki_hil.errors import RigError
from qiki_hil.wire.raw import RawFrame

# python-can reports through its logger what is counted or raised here.
logging.getLogger("can").setLevel(logging.CRITICAL)

NEEDS_DAEMON = "give host and port of the daemon in a rig.yaml of kind can"


@dataclass(frozen=True)
class Daemon:
    """Where socketcand listens."""

    host: str
    port: int


class CanBus(Bus):
    """A bus that python-can opened."""

    def __init__(self, bus: can.BusABC, name: str, hold: Exclusive | None = None) -> None:
        super().__init__(name, hold)
        self._bus = bus

    @classmethod
    def open(
        cls,
        interface: str,
        channel: str,
        *,
        bitrate: int,
        daemon: Daemon | None = None,
        hold: Exclusive | None = None,
    ) -> "CanBus":
        """Opens the bus; a device file is locked. Raises RigError with the cause and the cure
        where it is not there or another process has it."""
        name = f"{interface} {channel}"
        options: dict[str, Any] = {"interface": interface, "channel": channel, "bitrate": bitrate}
        if daemon is not None:
            options |= {"host": daemon.host, "port": daemon.port}
        elif interface == "socketcand":
            raise RigError(f"CAN bus {name}: cannot be opened: {NEEDS_DAEMON}")
        try:
            if channel.startswith("/") and hold is None:
                hold = hold_device(channel.partition("@")[0], name)
            return cls(_opened(options), name, hold)
        except (can.CanError, OSError, ValueError, ImportError) as error:
            if hold is not None:
                hold.release()
            raise cannot_open(name, error, _cure(interface, channel, error)) from error

    def drain(self) -> list[RawFrame]:
        """See `Bus`."""
        frames: list[RawFrame] = []
        for _ in range(DRAIN_MAX):
            try:
                message = self._bus.recv(timeout=0)
            except Exception:  # drivers raise more than python-can documents
                self._counters["receive_failed"] += 1
                break
            if message is None:
                break
            if message.is_error_frame:
                self._counters["error_frames"] += 1
            else:
                frames.append(_raw(message))
        return frames

    def _close(self) -> None:
        try:
            self._bus.shutdown()
        except Exception as error:
            raise _failure(error) from error

    def _send(self, frame: RawFrame) -> None:
        try:
            self._bus.send(_message(frame), timeout=0)
        except FAILURES:
            raise
        except Exception as error:
            raise _failure(error) from error


def _failure(error: Exception) -> can.CanError:
    """Whatever a driver raises, as python-can documents it."""
    return can.CanOperationError(f"{type(error).__name__}: {error}")


def _opened(options: dict[str, Any]) -> Any:
    try:
        return can.Bus(**options)
    except (can.CanError, OSError, ValueError, ImportError):
        raise
    except Exception as error:
        # The drivers are of many hands: one whose library is missing may raise anything.
        raise can.CanInterfaceNotImplementedError(f"{type(error).__name__}: {error}") from error


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
    if interface not in can.VALID_INTERFACES:
        return f"unknown interface; python-can knows {', '.join(sorted(can.VALID_INTERFACES))}"
    if isinstance(error, can.CanInterfaceNotImplementedError | ImportError):
        return (
            f"the driver of {interface} is not installed or does not run here ({root_of(error)});"
            " see the page of this interface in the manual of python-can"
        )
    return ""
