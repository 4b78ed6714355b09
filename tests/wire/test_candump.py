"""Lines of can-utils, with every option that changes their form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiki_hil.wire import RawFrame
from qiki_hil.wire.candump import LogLine, Unused, parse_line
from tests.wire.log_lines import format_line, listing

NO, YES = st.just(False), st.just(True)
frames = st.one_of(
    st.builds(RawFrame, st.integers(0, 0x7FF), st.binary(max_size=8), NO, NO),
    st.builds(RawFrame, st.integers(0, 0x1FFFFFFF), st.binary(max_size=8), YES, NO),
    st.builds(RawFrame, st.integers(0, 0x7FF), st.just(b""), NO, YES),
)
TWO = RawFrame(0x123, b"\x11\x22")
STAMPS = {
    "absolute": "1609779922.655421",
    "delta": "000.001953",
    "zero": "012.250000",
    "date": "2021-01-04 18:05:22.655421",
    "nanoseconds": "1609779922.655421123",
}


def test_the_line_of_can_utils() -> None:
    text = "(1609779922.655421) vcan0 00000343#B204B9049C049C04"
    frame = RawFrame(0x343, bytes.fromhex("B204B9049C049C04"), extended=True)
    line = LogLine("1609779922.655421", "vcan0", frame)
    assert parse_line(text) == line
    assert format_line(line) == text


def test_the_form_of_cansend() -> None:
    assert parse_line("123#1122") == LogLine("", "", TWO)
    assert parse_line("123#11.22") == LogLine("", "", TWO)
    assert parse_line("123#R") == LogLine("", "", RawFrame(0x123, b"", remote=True))
    assert parse_line("123#R4") == LogLine("", "", RawFrame(0x123, b"", remote=True))


@given(frames, st.sampled_from(sorted(STAMPS.values())))
def test_what_is_formatted_parses_to_the_same(frame: RawFrame, stamp: str) -> None:
    line = LogLine(stamp, "can0", frame)
    assert parse_line(format_line(line)) == line


# The option of `candump`, and the line.
LISTINGS = [
    ("", "  vcan0  123   [2]  11 22"),
    ("-a", "  vcan0  123   [2]  11 22                     '.\"'"),
    ("-x", "  vcan0  RX - -  123   [2]  11 22"),
    ("-x", "  vcan0  TX - -  123   [2]  11 22"),
    ("-i", "  vcan0  123   [2]  00010001 00100010"),
    ("-S", "  vcan0  123   [2]  22`11"),
    ("-8", "  vcan0  123   {2}  11 22"),
    ("-c", "  vcan0  123   [2]  11 22\x1b[0m"),
    ("-a, beside extended frames", "  vcan0       123   [2]  11 22                     '.\"'"),
    ("-a -S", '  vcan0  123   [2]  22`11                     `".`'),
]


@pytest.mark.parametrize(("option", "text"), LISTINGS)
@pytest.mark.parametrize("kind", ["", *STAMPS])
def test_the_listing_with_its_options(option: str, text: str, kind: str) -> None:
    stamp = STAMPS.get(kind, "")
    head = f" ({stamp})" if stamp else ""
    assert parse_line(f"{head}{text}\n") == LogLine(stamp, "vcan0", TWO), option


@given(
    frames,
    st.sampled_from(["", "a"]),
    st.sampled_from(["", "i"]),
    st.sampled_from(["", "S"]),
    st.sampled_from(["", "x"]),
)
def test_every_frame_is_read_from_a_listing_with_any_options(
    frame: RawFrame, text: str, bits: str, swapped: str, extra: str
) -> None:
    line = listing(frame, text + bits + swapped + extra)
    assert parse_line(line) == LogLine("", "vcan0", frame), line


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("  vcan0  123   [0]  remote request", RawFrame(0x123, b"", remote=True)),
        ("  vcan0  123   [8]  remote request", RawFrame(0x123, b"", remote=True)),
        ("  vcan0  20000080   [8]  00 00 00 00 00 00 00 00   ERRORFRAME", Unused.ERROR_FRAME),
        ("(1.0) vcan0 20000080#0000000000000000", Unused.ERROR_FRAME),
        ("(1.0) vcan0 123##1AABB", Unused.FD_FRAME),
        ("  vcan0  123  [02]  11 22", Unused.FD_FRAME),
        ("  vcan0  123  [12]  11 22 11 22 11 22 11 22 11 22 11 22", Unused.FD_FRAME),
    ],
)
def test_frames_without_values_are_what_they_are(text: str, found: RawFrame | Unused) -> None:
    line = parse_line(text)
    assert (line.frame if isinstance(line, LogLine) else line) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "(1.0) can0 12#00",
        "(1.0) can0 123#0",
        "(1.0) can0 123#001122334455667788",
        "(1.0) can0 800#00",
        "(1.0) can0 40000000#00",
        "can0 123 [3] 11 22",
        "can0 123 [2] 11 22 and more",
        "can0 123 [1] 11 22",
        "(x) can0 123#00",
        "(2021-01-04) can0 123#00",
    ],
)
def test_what_is_no_frame_is_a_bad_line(text: str) -> None:
    assert parse_line(text) is Unused.BAD_LINE


@given(st.text())
def test_no_text_makes_the_parser_raise(text: str) -> None:
    parse_line(text)
