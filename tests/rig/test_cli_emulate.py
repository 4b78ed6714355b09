import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from qiki_hil.clock import monotonic_ns
from qiki_hil.console.cli.emulate import emulate
from qiki_hil.drivers.slcanbus import SlcanBus
from qiki_hil.errors import RigError
from qiki_hil.kernels import wait_until_ns

RUN = "from qiki_hil.console.cli.emulate import emulate; emulate()"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_nodes_talk_on_the_pty_that_is_printed_until_told_to_stop(
    number: signal.Signals,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUN, "--pty", "--rate", "200"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("dodeca-01 at 200 Hz on /dev/pts/")
        bus = SlcanBus.open(line.split()[5].rstrip(";"), bitrate=1_000_000)
        wait_until_ns(monotonic_ns() + 200_000_000)
        assert len(bus.drain()) > 50
        bus.close()
        process.send_signal(number)
        assert process.stdout.read().startswith("valves closed; ticks ")
        assert process.wait() == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--interface", "socketcan"], "--interface and --channel belong together"),
        (["--pty", "-i", "socketcan", "-c", "can0"], "two different buses; give one"),
        (["--pty", "--seed", str(2**64)], "is not in the range 0<=x<=18446744073709551615"),
        (["--rate", "100"], "100 is not in the range 200<=x<=1000"),
    ],
)
def test_misuse_is_a_usage_error(arguments: list[str], complaint: str) -> None:
    result = CliRunner().invoke(emulate, arguments)
    assert result.exit_code == 2
    assert complaint in result.output


def test_a_rig_without_a_bus_of_its_own_is_refused() -> None:
    result = CliRunner().invoke(emulate, ["--rig", "virtual"])
    assert isinstance(result.exception, RigError)
    assert "cannot be emulated alone; give --pty, or --interface" in str(result.exception)
