import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiki_hil.wire import Catalogue, FrameReader, FrameWriter, RawFrame

CATALOGUE = Catalogue.shipped()
VALUES = {f"on_time_n{n}": 500 * n for n in range(4)}
NAME = "VALVE_COMMAND_C2"


@pytest.fixture
def writer() -> FrameWriter:
    return FrameWriter(CATALOGUE)


@pytest.fixture
def reader() -> FrameReader:
    return FrameReader(CATALOGUE)


def test_what_is_written_is_read(writer: FrameWriter, reader: FrameReader) -> None:
    for counter in range(40):
        received = reader.read(writer.write(NAME, VALUES))
        assert received is not None
        assert received.frame.name == NAME
        assert received.values.items() >= VALUES.items()
        assert received.values["counter"] == counter % 16
    assert reader.counters["frames_received"] == 40
    assert reader.counters["lost"] == 0


def test_lost_frames_are_counted_across_the_wrap(writer: FrameWriter, reader: FrameReader) -> None:
    for _ in range(14):
        reader.read(writer.write(NAME, VALUES))
    for _ in range(5):
        writer.write(NAME, VALUES)
    assert reader.read(writer.write(NAME, VALUES)) is not None
    assert reader.counters["lost"] == 5


def test_a_repeated_frame_is_dropped(writer: FrameWriter, reader: FrameReader) -> None:
    frame = writer.write(NAME, VALUES)
    assert reader.read(frame) is not None
    assert reader.read(frame) is None
    assert reader.counters["bad_counter"] == 1


def test_each_identifier_has_a_counter_of_its_own(writer: FrameWriter, reader: FrameReader) -> None:
    for cluster in "1234":
        assert reader.read(writer.write(f"VALVE_COMMAND_C{cluster}", VALUES)) is not None
    assert reader.counters["lost"] == 0


@pytest.mark.parametrize("bit", range(64))
def test_any_flipped_bit_is_found(bit: int, writer: FrameWriter, reader: FrameReader) -> None:
    raw = writer.write(NAME, VALUES)
    data = (int.from_bytes(raw.data, "little") ^ 1 << bit).to_bytes(8, "little")
    assert reader.read(raw._replace(data=data)) is None
    assert reader.counters["bad_crc"] == 1


@pytest.mark.parametrize("other", ["VALVE_COMMAND_C1", "VALVE_COMMAND_C3", "VALVE_STATUS_C2"])
def test_a_frame_under_another_identifier_fails(
    other: str, writer: FrameWriter, reader: FrameReader
) -> None:
    raw = writer.write(NAME, VALUES)
    assert reader.read(raw._replace(frame_id=CATALOGUE[other].frame_id)) is None
    assert reader.counters["bad_crc"] == 1


@pytest.mark.parametrize("change", [{"extended": True}, {"remote": True}])
def test_extended_and_remote_frames_are_strangers(
    change: dict[str, bool], writer: FrameWriter, reader: FrameReader
) -> None:
    assert reader.read(writer.write(NAME, VALUES)._replace(**change)) is None
    assert reader.counters["unknown_id"] == 1


@given(
    frame_id=st.one_of(st.sampled_from(sorted(CATALOGUE.by_id)), st.integers(0, 0x7FF)),
    data=st.binary(max_size=8),
)
def test_no_bytes_make_the_reader_raise(frame_id: int, data: bytes) -> None:
    reader = FrameReader(CATALOGUE)
    reader.read(RawFrame(frame_id, data))
    assert sum(n for name, n in reader.counters.items() if name != "lost") == 1


def test_an_unknown_frame_name_is_the_callers_mistake(writer: FrameWriter) -> None:
    with pytest.raises(KeyError, match="VALVE_COMMAND_C9"):
        writer.write("VALVE_COMMAND_C9", VALUES)
