import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiki_hil.wire import RawFrame
from qiki_hil.wire.candump import LogLine, parse_line
from tests.wire.log_lines import format_line

NO, YES = st.just(False), st.just(True)
frames = st.one_of(
    st.builds(RawFrame, st.integers(0, 0x7FF), st.binary(max_size=8), NO, NO),
    st.builds(RawFrame, st.integers(0, 0x1FFFFFFF), st.binary(max_size=8), YES, NO),
    st.builds(RawFrame, st.integers(0, 0x7FF), st.just(b""), NO, YES),
)


def test_the_line_of_can_utils() -> None:
    text = "(1609779922.655421) vcan0 00000343#B204B9049C049C04"
    line = parse_line(text)
    assert line == LogLine(
        1_609_779_922_655_421_000,
        "vcan0",
        RawFrame(0x343, bytes.fromhex("B204B9049C049C04"), extended=True),
    )
    assert format_line(line) == text


def test_the_listing_of_candump() -> None:
    expected = LogLine(None, "can0", RawFrame(0x123, b"\x11\x22"))
    assert parse_line("  can0  123   [2]  11 22\n") == expected


def test_the_form_of_cansend() -> None:
    assert parse_line("123#1122") == LogLine(None, "", RawFrame(0x123, b"\x11\x22"))
    assert parse_line("123#R") == LogLine(None, "", RawFrame(0x123, b"", remote=True))


@given(frames, st.integers(0, 2**33).map(lambda us: us * 1000))
def test_what_is_formatted_parses_to_the_same(frame: RawFrame, time_ns: int) -> None:
    line = LogLine(time_ns, "can0", frame)
    assert parse_line(format_line(line)) == line


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "(1.0) can0 12#00",
        "(1.0) can0 123#0",
        "(1.0) can0 123#001122334455667788",
        "(1.0) can0 123##1AABB",
        "can0 123 [3] 11 22",
        "(x) can0 123#00",
    ],
)
def test_what_is_no_classic_frame_is_no_line(text: str) -> None:
    assert parse_line(text) is None


@given(st.text())
def test_no_text_makes_the_parser_raise(text: str) -> None:
    parse_line(text)
