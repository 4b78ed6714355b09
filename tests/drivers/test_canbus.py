import errno
import itertools
import logging
import os
import select
import tty
from collections.abc import Iterator
from typing import Any

import can
import pytest

from qiki_hil.clock import monotonic_ns
from qiki_hil.drivers.canbus import DRAIN_MAX, CanBus
from qiki_hil.errors import RigError
from qiki_hil.wire import RawFrame

TIMEOUT_S = 5.0
# What slcan says when it opens: close, speed, no data speed, open, and open again.
OPENING = b"O\rO\r"
numbers = itertools.count()
FRAME = RawFrame(0x123, b"\x01\x02")


@pytest.fixture
def pair() -> Iterator[tuple[CanBus, CanBus]]:
    channel = f"test-canbus-{next(numbers)}"
    ends = [CanBus.open("virtual", channel, bitrate=1_000_000) for _ in range(2)]
    yield ends[0], ends[1]
    for end in ends:
        end.close()


@pytest.fixture
def serial_line() -> Iterator[tuple[CanBus, int]]:
    """A bus on the slave of a pty, and the master."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    bus = CanBus.open("slcan", os.ttyname(slave), bitrate=1_000_000, tty_baudrate=115_200)
    os.close(slave)
    yield bus, master
    bus.close()
    os.close(master)


def read_up_to(master: int, ending: bytes) -> bytes:
    """What a pty's master gets, up to the first read that ends so; bytes take their time."""
    data = read_some(master)
    while not data.endswith(ending):
        data += read_some(master)
    return data


def read_some(master: int) -> bytes:
    """The next bytes that a pty's master gets."""
    assert select.select([master], [], [], TIMEOUT_S)[0], "nothing came"
    return os.read(master, 65536)


def drain(bus: CanBus, count: int) -> list[RawFrame]:
    """The next `count` frames."""
    frames: list[RawFrame] = []
    deadline_ns = monotonic_ns() + int(TIMEOUT_S * 1e9)
    while len(frames) < count and monotonic_ns() < deadline_ns:
        frames += bus.drain()
    return frames


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
    "error", [can.CanOperationError("rx"), OSError(errno.EIO, "rx"), ValueError("no frame")]
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


def test_a_missing_serial_port_is_told() -> None:
    with pytest.raises(RigError) as caught:
        CanBus.open("slcan", "/dev/ttyACM_none", bitrate=1_000_000)
    assert str(caught.value) == (
        "CAN bus slcan /dev/ttyACM_none: cannot be opened: no such device: is the adapter plugged "
        "in? `ls /dev/serial/by-id` lists them"
    )


def test_a_file_that_is_no_serial_port_is_told(tmp_path: Any) -> None:
    path = tmp_path / "port"
    path.write_text("")
    with pytest.raises(RigError, match="not a serial port; give the tty of the adapter"):
        CanBus.open("slcan", str(path), bitrate=1_000_000)


def test_a_missing_interface_is_told() -> None:
    with pytest.raises(RigError, match=r"no such interface|this kernel has no SocketCAN"):
        CanBus.open("socketcan", "nocan9", bitrate=1_000_000)


def test_an_unknown_interface_is_told_with_the_known_ones() -> None:
    with pytest.raises(RigError, match=r"unknown or unusable interface; python-can knows .*slcan"):
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


def test_frames_pass_over_a_serial_line(serial_line: tuple[CanBus, int]) -> None:
    bus, master = serial_line
    read_up_to(master, OPENING)
    bus.send([FRAME])
    assert read_up_to(master, b"\r") == b"t12320102\r"
    os.write(master, b"t12320102\rt456100\r")
    assert drain(bus, 2) == [FRAME, RawFrame(0x456, b"\0")]


def test_answers_between_frames_do_not_hide_what_follows(serial_line: tuple[CanBus, int]) -> None:
    bus, master = serial_line
    os.write(master, b"\r\rz\rt12320102\rz\r\x07V1013\rt12320102\r")
    assert drain(bus, 2) == [FRAME, FRAME]
    assert bus.counters["garbage_lines"] == 0


def test_garbage_on_a_serial_line_is_counted_and_survived(serial_line: tuple[CanBus, int]) -> None:
    bus, master = serial_line
    os.write(master, b"\xff\xfe\x80garbage\rt1G3\rt12320102\r")
    assert drain(bus, 1) == [FRAME]
    os.write(master, b"t1232")
    assert bus.drain() == []
    os.write(master, b"0102\r")
    assert drain(bus, 1) == [FRAME]
    assert bus.counters["garbage_lines"] == 2


def test_a_full_serial_line_never_holds_the_caller_and_tears_no_frame(
    serial_line: tuple[CanBus, int],
) -> None:
    bus, master = serial_line
    read_up_to(master, OPENING)
    sent = bus.send([FRAME] * 5000)
    assert 0 < sent < 5000
    assert bus.counters["send_failed"] == 5000 - sent
    received = b""
    while not bus.send([RawFrame(0x7, b"")]):
        received += read_some(master)
    received += read_up_to(master, b"t0070\r")
    lines = received.split(b"\r")
    assert set(lines) == {b"t12320102", b"t0070", b""}
    assert len(lines) == sent + 2


def test_a_serial_line_that_hangs_up_is_an_error() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    bus = CanBus.open("slcan", os.ttyname(slave), bitrate=1_000_000)
    os.close(slave)
    os.close(master)
    assert bus.drain() == []
    with pytest.raises(RigError, match="the bus is gone"):
        bus.send([FRAME])
    bus.close()
