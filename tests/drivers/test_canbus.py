import errno
import itertools
import logging
import os
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import can
import pytest

from qiki_hil.clock import monotonic_ns
from qiki_hil.drivers.bus import DRAIN_MAX
from qiki_hil.drivers.canbus import CanBus, Daemon
from qiki_hil.errors import RigError
from qiki_hil.wire import RawFrame

numbers = itertools.count()
FRAME = RawFrame(0x123, b"\x01\x02")


@pytest.fixture
def pair() -> Iterator[tuple[CanBus, CanBus]]:
    channel = f"test-canbus-{next(numbers)}"
    ends = [CanBus.open("virtual", channel, bitrate=1_000_000) for _ in range(2)]
    yield ends[0], ends[1]
    for end in ends:
        end.close()


class BrokenBus:
    """A python-can bus of which every call fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def recv(self, *_: object, **__: object) -> None:
        raise self._error

    send = shutdown = recv


def broken(error: Exception) -> CanBus:
    bus: Any = BrokenBus(error)
    return CanBus(bus, "socketcan can0")


def test_frames_pass_in_order(pair: tuple[CanBus, CanBus]) -> None:
    a, b = pair
    frames = [
        FRAME,
        RawFrame(0x1ABCDEF0, b"", extended=True),
        RawFrame(0x7FF, bytes(8)),
    ]
    assert a.send(frames) == 3
    assert b.drain() == frames
    assert b.drain() == []
    assert a.counters["frames_sent"] == 3


def test_a_drain_ends_although_frames_keep_coming(pair: tuple[CanBus, CanBus]) -> None:
    a, b = pair
    a.send([FRAME] * (DRAIN_MAX + 5))
    assert len(b.drain()) == DRAIN_MAX
    assert len(b.drain()) == 5


def test_error_frames_are_counted_and_kept_back(pair: tuple[CanBus, CanBus]) -> None:
    a, b = pair
    a._bus.send(can.Message(is_error_frame=True))
    a.send([FRAME])
    assert b.drain() == [FRAME]
    assert b.counters["error_frames"] == 1


@pytest.mark.parametrize(
    "error",
    [
        can.CanOperationError("rx"),
        OSError(errno.EIO, "rx"),
        ValueError("no frame"),
        TypeError("no driver"),
    ],
)
def test_a_read_that_fails_is_counted(error: Exception) -> None:
    bus = broken(error)
    assert bus.drain() == []
    assert bus.counters["receive_failed"] == 1


def test_a_full_queue_is_counted_and_the_other_frames_are_tried() -> None:
    bus = broken(can.CanOperationError("Transmit buffer full", errno.ENOBUFS))
    assert bus.send([FRAME, FRAME]) == 0
    assert bus.counters["send_failed"] == 2


@pytest.mark.parametrize("code", [errno.ENODEV, errno.ENETDOWN, errno.EIO])
def test_a_device_that_is_gone_is_an_error(code: int) -> None:
    bus = broken(can.CanOperationError("Failed to transmit", code))
    with pytest.raises(RigError, match="socketcan can0: the bus is gone"):
        bus.send([FRAME])


def test_closing_a_bus_that_is_gone_is_no_error() -> None:
    broken(can.CanOperationError("gone", errno.ENODEV)).close()


def test_a_driver_that_raises_what_python_can_does_not_document_is_counted() -> None:
    bus = broken(TypeError("'NoneType' object is not callable"))
    assert bus.send([FRAME]) == 0
    bus.close()
    assert bus.counters["send_failed"] == 2


@pytest.mark.parametrize(
    ("interface", "channel", "cause"),
    [
        ("kvaser", "0", "canGetNumberOfChannels"),
        ("pcan", "PCAN_USBBUS1", "pcanbasic library not found"),
        ("neovi", "1", "python-ics"),
        ("gs_usb", "0", "usb"),
        ("nixnet", "CAN1", "NI-XNET"),
        ("cantact", "0", "CANtact"),
    ],
)
def test_an_interface_without_its_driver_is_told(interface: str, channel: str, cause: str) -> None:
    with pytest.raises(RigError, match=cause) as told:
        CanBus.open(interface, channel, bitrate=1_000_000)
    assert str(told.value).startswith(f"CAN bus {interface} {channel}: cannot be opened: ")


def test_socketcand_without_its_daemon_is_told() -> None:
    with pytest.raises(RigError, match=r"give host and port of the daemon in a rig\.yaml"):
        CanBus.open("socketcand", "can0", bitrate=1_000_000)


class Socketcand(socketserver.StreamRequestHandler):
    """Speaks as much of socketcand as it takes to open a bus, and gives one frame back for one."""

    def handle(self) -> None:
        self.wfile.write(b"< hi >")
        for answer in (b"< ok >", b"< ok >", b"< frame 123 1.0 0102 >"):
            heard = b""
            while not heard.endswith(b">"):
                heard += self.rfile.read(1)
            self.wfile.write(answer)
        self.rfile.read()


def test_socketcand_is_reached_by_host_and_port() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Socketcand) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        daemon = Daemon("127.0.0.1", server.server_address[1])
        bus = CanBus.open("socketcand", "can0", bitrate=1_000_000, daemon=daemon)
        assert bus.send([FRAME]) == 1
        frames: list[RawFrame] = []
        deadline_ns = monotonic_ns() + 5_000_000_000
        while not frames and monotonic_ns() < deadline_ns:
            frames = bus.drain()
        bus.close()
        server.shutdown()
    assert frames == [FRAME]


def test_a_missing_interface_is_told() -> None:
    with pytest.raises(RigError, match=r"no such interface|this kernel has no SocketCAN"):
        CanBus.open("socketcan", "nocan9", bitrate=1_000_000)


def test_an_unknown_interface_is_told_with_the_known_ones() -> None:
    with pytest.raises(RigError, match=r"unknown interface; python-can knows .*slcan"):
        CanBus.open("telegraph", "1", bitrate=1_000_000)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (errno.EACCES, "permission denied: let this user open it"),
        (errno.ENODEV, "no such interface: `ip link set can0 up type can bitrate"),
        (errno.EAFNOSUPPORT, "this kernel has no SocketCAN"),
        (errno.EBUSY, "cannot be opened: Device or resource busy"),
    ],
)
def test_each_cause_has_its_cure(code: int, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(can, "Bus", refuse)
    with pytest.raises(RigError, match=text):
        CanBus.open("socketcan", "can0", bitrate=1_000_000)


def test_python_can_keeps_silent() -> None:
    assert not logging.getLogger("can").isEnabledFor(logging.ERROR)
