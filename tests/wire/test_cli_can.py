import pytest
from click.testing import CliRunner

from qiki_hil.console.cli.can import can
from qiki_hil.wire import Catalogue, E2eProtector
from qiki_hil.wire.candump import LogLine
from tests.wire.log_lines import format_line

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
    good = format_line(
        LogLine(1_500_000_000, "can0", protector.protect("VALVE_COMMAND_C2", VALUES))
    )
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
        format_line(LogLine(tick, f"can{n}", bus.protect("VALVE_COMMAND_C2", VALUES)))
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
