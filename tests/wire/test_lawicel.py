import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiki_hil.wire import RawFrame, lawicel
from qiki_hil.wire.lawicel import Command, Parser, decode_line, encode_frame

NO, YES = st.just(False), st.just(True)
frames = st.one_of(
    st.builds(RawFrame, st.integers(0, 0x7FF), st.binary(max_size=8), NO, NO),
    st.builds(RawFrame, st.integers(0, 0x1FFFFFFF), st.binary(max_size=8), YES, NO),
    st.builds(
        RawFrame, st.integers(0, 0x7FF), st.sampled_from([bytes(n) for n in range(9)]), NO, YES
    ),
)


@pytest.mark.parametrize(
    ("line", "frame"),
    [
        (b"t12341122AABB\r", RawFrame(0x123, b"\x11\x22\xaa\xbb")),
        (b"t0000\r", RawFrame(0, b"")),
        (b"T1FFFFFFF101\r", RawFrame(0x1FFFFFFF, b"\x01", extended=True)),
        (b"r7FF2\r", RawFrame(0x7FF, b"\0\0", remote=True)),
        (b"R000000018\r", RawFrame(1, bytes(8), extended=True, remote=True)),
    ],
)
def test_frames_and_their_lines(line: bytes, frame: RawFrame) -> None:
    assert encode_frame(frame) == line
    assert decode_line(line[:-1]) == frame


def test_a_time_stamp_after_the_payload_is_left_out() -> None:
    assert decode_line(b"t1231FF1A2B") == RawFrame(0x123, b"\xff")


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (b"O", Command("O")),
        (b"C", Command("C")),
        (b"S8", Command("S", "8")),
        (b"s4014", Command("s", "4014")),
        (b"V", Command("V")),
        (b"V1013", Command("V", "1013")),
        (b"N", Command("N")),
        (b"NA123", Command("N", "A123")),
        (b"F00", Command("F", "00")),
        (b"Z1", Command("Z", "1")),
        (b"z", Command("z")),
    ],
)
def test_commands_and_answers(line: bytes, command: Command) -> None:
    assert decode_line(line) == command


@pytest.mark.parametrize(
    "line",
    [
        b"t",
        b"t12",
        b"t123",
        b"t1239",
        b"t123100112",
        b"t8001FF",
        b"T2000000000",
        b"t12G0",
        b"t1232GG00",
        b"r12320",
        b"S9",
        b"OO",
        b"?",
        b"Z2",
        b"\xff\xfe",
    ],
)
def test_what_is_no_line_says_nothing(line: bytes) -> None:
    assert decode_line(line) is None


@given(st.lists(frames, max_size=8), st.data())
def test_a_stream_cut_anywhere_gives_the_same_frames(
    sent: list[RawFrame], data: st.DataObject
) -> None:
    stream = b"".join(map(encode_frame, sent))
    parser = Parser()
    got: list[lawicel.Line] = []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        got += parser.feed(stream[:cut])
        stream = stream[cut:]
    assert got == sent
    assert parser.garbage == 0


@given(st.binary(), frames)
def test_garbage_never_hides_the_frame_after_its_end(garbage: bytes, frame: RawFrame) -> None:
    parser = Parser()
    parser.feed(garbage)
    assert parser.feed(b"\r" + encode_frame(frame))[-1:] == [frame]


def test_bytes_without_an_end_are_thrown_away_and_counted_once() -> None:
    parser = Parser()
    for _ in range(1000):
        assert parser.feed(b"A" * 100) == []
    assert parser.garbage == 1
    assert parser.feed(b"tail\rt0000\r") == [RawFrame(0, b"")]


def test_line_feeds_and_refusals_between_lines_are_no_garbage() -> None:
    parser = Parser()
    assert parser.feed(b"\x07t0000\r\n\rt0010\r\n\x07") == [RawFrame(0, b""), RawFrame(1, b"")]
    assert parser.garbage == 0


@pytest.mark.parametrize(
    "frame",
    [
        RawFrame(0x800, b""),
        RawFrame(-1, b""),
        RawFrame(0x20000000, b"", True),
        RawFrame(1, bytes(9)),
    ],
)
def test_a_frame_that_classic_can_does_not_have_is_the_callers_mistake(frame: RawFrame) -> None:
    with pytest.raises(ValueError, match="classic CAN takes ids up to"):
        encode_frame(frame)
