import gzip
import subprocess
from pathlib import Path
from typing import Any

import can as python_can
import pytest
from click.testing import CliRunner

from qiki_hil.console.cli.can import can
from qiki_hil.wire import Catalogue, E2eProtector
from qiki_hil.wire.candump import LogLine
from tests.runs import QIKI_HIL
from tests.wire.log_lines import format_line, listing

VALUES = {f"on_time_n{n}": 500 * n for n in range(4)}


def test_load_lists_every_frame_and_passes_at_500_hz() -> None:
    result = CliRunner().invoke(can, ["load"])
    assert result.exit_code == 0
    assert all(name in result.output for name in Catalogue.shipped().frames)
    assert "total 59.99% of 1000000 bit/s at 500 Hz: fits, 60% allowed" in result.output


@pytest.mark.parametrize("arguments", [["--rate", "501"], ["--bitrate", "500000"]])
def test_load_fails_above_the_limit(arguments: list[str]) -> None:
    result = CliRunner().invoke(can, ["load", *arguments])
    assert result.exit_code == 1
    assert "too much, 60% allowed" in result.output


def test_a_rate_that_is_no_number_is_a_usage_error() -> None:
    assert CliRunner().invoke(can, ["load", "--rate", "fast"]).exit_code == 2


def test_decode_reads_lines_and_counts_the_bad_ones() -> None:
    protector = E2eProtector(Catalogue.shipped())
    good = format_line(LogLine("1.500000", "can0", protector.protect("VALVE_COMMAND_C2", VALUES)))
    bad_crc = good[:-1] + ("0" if good[-1] != "0" else "1")
    text = f"{good}\n\nno frame\n{bad_crc}\n(1.5) can0 7FF#00\n"
    result = CliRunner().invoke(can, ["decode"], input=text)
    assert result.exit_code == 0
    assert result.stdout == (
        "(1.500000) can0 VALVE_COMMAND_C2 "
        "on_time_n0=0_us on_time_n1=500_us on_time_n2=1000_us on_time_n3=1500_us\n"
    )
    assert result.stderr == "1 frames decoded; bad_line 1, unknown_id 1, bad_crc 1\n"


def test_decode_of_bytes_that_are_no_text_counts_them() -> None:
    result = CliRunner().invoke(can, ["decode"], input=b"\xff\xfe\x00\r\n\x80")
    assert result.exit_code == 1
    assert "0 frames decoded; bad_line" in result.stderr


def test_two_channels_of_a_log_have_counters_of_their_own() -> None:
    buses = [E2eProtector(Catalogue.shipped()) for _ in range(2)]
    lines = [
        format_line(LogLine(f"{tick}.5", f"can{n}", bus.protect("VALVE_COMMAND_C2", VALUES)))
        for tick in range(20)
        for n, bus in enumerate(buses)
    ]
    result = CliRunner().invoke(can, ["decode"], input="\n".join(lines))
    assert result.exit_code == 0
    assert result.stderr == "40 frames decoded; nothing dropped\n"


@pytest.mark.parametrize("text", ["", "no frame\n", "(1.5) can0 7FF#00\n"])
def test_a_log_without_one_good_frame_is_a_failure(text: str) -> None:
    result = CliRunner().invoke(can, ["decode"], input=text)
    assert result.exit_code == 1
    assert result.stderr.startswith("0 frames decoded; ")


def test_frames_without_values_are_counted_as_what_they_are() -> None:
    lines = [
        "(1.0) can0 123#R",
        "  can0  123   [4]  remote request",
        "(1.0) can0 20000080#0000000000000001",
        "  can0  20000080   [8]  00 00 00 00 00 00 00 01   ERRORFRAME",
        "\tbus-error",
        "\terror-counter-tx-rx{{0}{1}}",
        "(1.0) can0 123##1AABB",
        "\tno part of an error frame",
    ]
    lines[0] = f"\ufeff{lines[0]}"  # as some editors begin a file
    result = CliRunner().invoke(can, ["decode"], input="\n".join(lines))
    assert result.exit_code == 1
    assert result.stderr == (
        "0 frames decoded; remote_frame 2, error_frame 2, fd_frame 1, bad_line 1\n"
    )


def frames(count: int = 20) -> list[python_can.Message]:
    """Frames of a node, a remote frame and an error frame between them."""
    protector = E2eProtector(Catalogue.shipped())
    good = [protector.protect("VALVE_COMMAND_C2", VALUES) for _ in range(count)]
    messages = [
        python_can.Message(
            timestamp=1_609_779_922.0 + 0.25 * tick,
            arbitration_id=frame.frame_id,
            is_extended_id=False,
            data=frame.data,
            channel=0,
        )
        for tick, frame in enumerate(good)
    ]
    other: dict[str, Any] = {"timestamp": messages[-1].timestamp, "channel": 0}
    messages.append(python_can.Message(is_remote_frame=True, arbitration_id=1, **other))
    messages.append(python_can.Message(is_error_frame=True, **other))
    return messages


def written(folder: Path, suffix: str) -> Path:
    """A log as python-can writes it, under a name that does not tell its format."""
    path = folder / f"log{suffix}"
    with python_can.Logger(path) as logger:
        for message in frames():
            logger(message)
    return path.rename(folder / "run.dat")


def decoded(path: Path) -> subprocess.CompletedProcess[str]:
    """The log through the real command."""
    command = [str(QIKI_HIL), "can", "decode", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("suffix", [".log", ".asc", ".blf", ".csv", ".trc"])
def test_a_log_is_known_by_its_content(suffix: str, packed: bool, tmp_path: Path) -> None:
    path = written(tmp_path, suffix)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    result = decoded(path)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == 20
    # TRC, as python-can writes it, has frames of data alone.
    rest = "nothing dropped" if suffix == ".trc" else "remote_frame 1, error_frame 1"
    assert result.stderr == f"20 frames decoded; {rest}\n"
    words = "VALVE_COMMAND_C2 on_time_n0=0_us on_time_n1=500_us"
    assert all(words in line for line in result.stdout.splitlines())


def test_a_database_is_told_with_a_cure(tmp_path: Path) -> None:
    result = decoded(written(tmp_path, ".db"))
    assert result.returncode == 2
    assert "the log is an SQLite database" in result.stderr
    assert "python -m can.logconvert LOG OUT.log" in result.stderr


@pytest.mark.parametrize("suffix", [".blf", ".csv"])
def test_a_damaged_log_says_how_far_it_was_read(suffix: str, tmp_path: Path) -> None:
    path = written(tmp_path, suffix)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3] + b"\xff garbage\n" * 50)
    result = decoded(path)
    assert result.returncode == 2
    assert "the log is damaged after " in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("options", ["", "a", "x", "ax", "i", "S"])
def test_a_listing_is_decoded_as_it_comes(options: str) -> None:
    protector = E2eProtector(Catalogue.shipped())
    frame = protector.protect("VALVE_COMMAND_C2", VALUES)
    with subprocess.Popen(
        [str(QIKI_HIL), "can", "decode"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=None,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f" (2021-01-04 18:05:22.655421){listing(frame, options)}\n".encode())
        process.stdin.flush()
        # The pipe is still open: a live bus is read line by line.
        first = process.stdout.readline().decode()
        assert first.startswith("(2021-01-04 18:05:22.655421) vcan0 VALVE_COMMAND_C2 on_time_n0=0")
        process.stdin.close()
        assert process.wait(20) == 0
