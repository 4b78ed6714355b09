import os
import select
import tty
from collections.abc import Iterator
from typing import Any

import pytest

from qiki_hil.clock import monotonic_ns
from qiki_hil.drivers.bus import DRAIN_MAX
from qiki_hil.drivers.slcanbus import BLOCKS_MAX, SlcanBus
from qiki_hil.errors import RigError
from qiki_hil.wire import RawFrame

TIMEOUT_S = 5.0
# Close, speed, nothing, open, and open again: the end of what is said at the opening.
OPENING = b"O\rO\r"
FRAME = RawFrame(0x123, b"\x01\x02")


@pytest.fixture
def serial_line() -> Iterator[tuple[SlcanBus, int]]:
    """A bus on the slave of a pty, and the master."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    bus = SlcanBus.open(os.ttyname(slave), bitrate=1_000_000, tty_baudrate=115_200)
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


def drain(bus: SlcanBus, count: int) -> list[RawFrame]:
    """The next `count` frames."""
    frames: list[RawFrame] = []
    deadline_ns = monotonic_ns() + int(TIMEOUT_S * 1e9)
    while len(frames) < count and monotonic_ns() < deadline_ns:
        frames += bus.drain()
    return frames


def test_a_missing_serial_port_is_told() -> None:
    with pytest.raises(RigError) as caught:
        SlcanBus.open("/dev/ttyACM_none", bitrate=1_000_000)
    assert str(caught.value) == (
        "CAN bus slcan /dev/ttyACM_none: cannot be opened: no such device: is the adapter plugged "
        "in? `ls /dev/serial/by-id` lists them"
    )


def test_a_file_that_is_no_serial_port_is_told(tmp_path: Any) -> None:
    path = tmp_path / "port"
    path.write_text("")
    with pytest.raises(RigError, match="not a serial port; give the tty of the adapter"):
        SlcanBus.open(str(path), bitrate=1_000_000)


def test_frames_pass_over_a_serial_line(serial_line: tuple[SlcanBus, int]) -> None:
    bus, master = serial_line
    read_up_to(master, OPENING)
    bus.send([FRAME])
    assert read_up_to(master, b"\r") == b"t12320102\r"
    os.write(master, b"t12320102\rt456100\r")
    assert drain(bus, 2) == [FRAME, RawFrame(0x456, b"\0")]


def test_answers_between_frames_do_not_hide_what_follows(serial_line: tuple[SlcanBus, int]) -> None:
    bus, master = serial_line
    os.write(master, b"\r\rz\rt12320102\rz\r\x07V1013\rt12320102\r")
    assert drain(bus, 2) == [FRAME, FRAME]
    assert bus.counters["garbage_lines"] == 0


def test_garbage_on_a_serial_line_is_counted_and_survived(
    serial_line: tuple[SlcanBus, int],
) -> None:
    bus, master = serial_line
    os.write(master, b"\xff\xfe\x80garbage\rt1G3\rt12320102\r")
    assert drain(bus, 1) == [FRAME]
    os.write(master, b"t1232")
    assert bus.drain() == []
    os.write(master, b"0102\r")
    assert drain(bus, 1) == [FRAME]
    assert bus.counters["garbage_lines"] == 2


def test_a_full_serial_line_never_holds_the_caller_and_tears_no_frame(
    serial_line: tuple[SlcanBus, int],
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
    bus = SlcanBus.open(os.ttyname(slave), bitrate=1_000_000)
    os.close(slave)
    os.close(master)
    assert bus.drain() == []
    with pytest.raises(RigError, match="the bus is gone"):
        bus.send([FRAME])
    bus.close()


def test_the_channel_is_opened_and_closed_as_python_can_does() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    bus = SlcanBus.open(os.ttyname(slave), bitrate=500_000)
    assert read_up_to(master, OPENING) == b"C\rS6\r\rO\rO\r"
    bus.close()
    assert read_up_to(master, b"\r") == b"C\r"
    os.close(slave)
    os.close(master)


def test_a_speed_of_the_line_may_stand_behind_its_name() -> None:
    master, slave = os.openpty()
    bus = SlcanBus.open(f"{os.ttyname(slave)}@57600", bitrate=1_000_000)
    bus.close()
    os.close(slave)
    os.close(master)


def test_a_bit_rate_that_no_adapter_has_is_told_with_those_they_have() -> None:
    with pytest.raises(RigError, match="Invalid bitrate, choose one of 10000, 20000, 50000, 83300"):
        SlcanBus.open("/dev/ttyACM_none", bitrate=333_333)


def test_a_drain_ends_although_frames_keep_coming(serial_line: tuple[SlcanBus, int]) -> None:
    bus, _ = serial_line
    line: Any = EndlessLine(b"t0010\r" * 300)
    bus._line = line
    assert len(bus.drain()) == DRAIN_MAX
    assert len(bus.drain()) == DRAIN_MAX
    assert line.reads == 4
    bus._line = silent = EndlessLine(b"z\r")  # type: ignore[assignment]
    assert len(bus.drain()) < DRAIN_MAX
    assert silent.reads <= BLOCKS_MAX


class EndlessLine:
    """A serial line that always has the same block to give."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self.reads = 0

    def read_block(self) -> bytes:
        self.reads += 1
        return self._block

    def write_line(self, line: bytes) -> None:
        pass

    def close(self) -> None:
        pass
