"""A device has one owner, also among processes, and a dead owner holds nothing."""

import os
import signal
import subprocess
import sys
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qiki_hil.drivers.exclusive import described, hold_device, hold_name
from qiki_hil.drivers.open_bus import open_bus
from qiki_hil.errors import RigError

HOLD = """
import sys
from qiki_hil.drivers.open_bus import open_bus
bus = open_bus(sys.argv[1], sys.argv[2], bitrate=1_000_000)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def port() -> Iterator[str]:
    """A pty that something else keeps open, as an adapter does."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    yield os.ttyname(slave)
    os.close(slave)
    os.close(master)


@contextmanager
def holder(interface: str, channel: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has a bus open."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, interface, channel],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.stdin.close()


@pytest.mark.parametrize("interface", ["slcan", "serial", "seeedstudio"])
def test_a_serial_port_in_use_is_refused_with_the_process_that_has_it(
    port: str, interface: str
) -> None:
    with holder("slcan", port) as process:
        with pytest.raises(RigError) as told:
            open_bus(interface, port, bitrate=1_000_000)
        assert f"CAN bus {interface} {port}: in use by " in str(told.value)
        assert f"(process {process.pid}); end it first" in str(told.value)
    open_bus(interface, port, bitrate=1_000_000).close()


def test_who_comes_second_writes_nothing_to_the_port() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    first = open_bus("slcan", os.ttyname(slave), bitrate=1_000_000)
    with pytest.raises(RigError, match="in use by"):
        open_bus("slcan", f"{os.ttyname(slave)}@115200", bitrate=1_000_000)
    first.close()
    heard = b""
    while not heard.endswith(b"O\rC\r"):
        heard += os.read(master, 100)
    assert heard == b"C\rS8\r\rO\rO\rC\r"  # opened once, closed once
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize("interface", ["udp_multicast"])
def test_a_bus_without_a_file_has_one_controller_and_one_set_of_nodes(interface: str) -> None:
    pytest.importorskip("msgpack")  # the driver of this interface
    group = "239.74.163.77"
    with holder(interface, group) as process:
        with pytest.raises(RigError, match=rf"in use by .*\(process {process.pid}\)"):
            open_bus(interface, group, bitrate=1_000_000)
        open_bus(interface, group, bitrate=1_000_000, side="nodes").close()
        process.send_signal(signal.SIGKILL)
        process.wait()
        open_bus(interface, group, bitrate=1_000_000).close()


def test_a_bus_that_cannot_be_opened_is_not_held_afterwards(port: str) -> None:
    for _ in range(2):
        with pytest.raises(RigError, match="cannot be opened"):
            open_bus("kvaser", "99", bitrate=1_000_000)
        with pytest.raises(RigError, match="Invalid bitrate"):
            open_bus("slcan", port, bitrate=1)
        with pytest.raises(RigError, match="cannot be opened"):
            open_bus("robotell", "/dev/null", bitrate=1_000_000)
    open_bus("slcan", port, bitrate=1_000_000).close()


def test_letting_go_twice_is_harmless(tmp_path: Path) -> None:
    path = tmp_path / "device"
    path.touch()
    for held in (hold_device(str(path), "x"), hold_name(str(tmp_path), "x")):
        held.release()
        held.release()


def test_a_process_is_described_by_what_it_runs_in_one_printable_line() -> None:
    command = [sys.executable, "-c", "print(flush=True); input()", "\x1b[31m"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        text = described(process.pid)
        process.kill()
    assert text.endswith(f"?[31m (process {process.pid})")
    assert text.isprintable()
    assert described(0) == "another process"
