import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiki_hil.wire import Catalogue, E2eChecker, E2eProtector, RawFrame

CATALOGUE = Catalogue.shipped()
VALUES = {f"on_time_n{n}": 500 * n for n in range(4)}
NAME = "VALVE_COMMAND_C2"


@pytest.fixture
def protector() -> E2eProtector:
    return E2eProtector(CATALOGUE)


@pytest.fixture
def checker() -> E2eChecker:
    return E2eChecker(CATALOGUE)


def test_what_is_written_is_read(protector: E2eProtector, checker: E2eChecker) -> None:
    for counter in range(40):
        received = checker.check(protector.protect(NAME, VALUES))
        assert received is not None
        assert received.frame.name == NAME
        assert received.values.items() >= VALUES.items()
        assert received.values["counter"] == counter % 16
    assert checker.counters["frames_received"] == 40
    assert checker.counters["lost"] == 0


def test_lost_frames_are_counted_across_the_wrap(
    protector: E2eProtector, checker: E2eChecker
) -> None:
    for _ in range(14):
        checker.check(protector.protect(NAME, VALUES))
    for _ in range(5):
        protector.protect(NAME, VALUES)
    assert checker.check(protector.protect(NAME, VALUES)) is not None
    assert checker.counters["lost"] == 5


def test_a_repeated_frame_is_dropped(protector: E2eProtector, checker: E2eChecker) -> None:
    frame = protector.protect(NAME, VALUES)
    assert checker.check(frame) is not None
    assert checker.check(frame) is None
    assert checker.counters["bad_counter"] == 1


def test_each_identifier_has_a_counter_of_its_own(
    protector: E2eProtector, checker: E2eChecker
) -> None:
    for cluster in "1234":
        assert checker.check(protector.protect(f"VALVE_COMMAND_C{cluster}", VALUES)) is not None
    assert checker.counters["lost"] == 0


@pytest.mark.parametrize("bit", range(64))
def test_any_flipped_bit_is_found(bit: int, protector: E2eProtector, checker: E2eChecker) -> None:
    raw = protector.protect(NAME, VALUES)
    data = (int.from_bytes(raw.data, "little") ^ 1 << bit).to_bytes(8, "little")
    assert checker.check(raw._replace(data=data)) is None
    assert checker.counters["bad_crc"] == 1


@pytest.mark.parametrize("other", ["VALVE_COMMAND_C1", "VALVE_COMMAND_C3", "VALVE_STATUS_C2"])
def test_a_frame_under_another_identifier_fails(
    other: str, protector: E2eProtector, checker: E2eChecker
) -> None:
    raw = protector.protect(NAME, VALUES)
    assert checker.check(raw._replace(frame_id=CATALOGUE[other].frame_id)) is None
    assert checker.counters["bad_crc"] == 1


@pytest.mark.parametrize("length", [0, 5, 7])
def test_a_frame_of_another_length_is_dropped(length: int, checker: E2eChecker) -> None:
    arming = CATALOGUE["ARMING"]
    assert arming.length == 6
    assert checker.check(RawFrame(arming.frame_id, bytes(length))) is None
    assert checker.counters["bad_length"] == 1


@pytest.mark.parametrize("change", [{"extended": True}, {"remote": True}])
def test_extended_and_remote_frames_are_strangers(
    change: dict[str, bool], protector: E2eProtector, checker: E2eChecker
) -> None:
    assert checker.check(protector.protect(NAME, VALUES)._replace(**change)) is None
    assert checker.counters["unknown_id"] == 1


@given(
    frame_id=st.one_of(st.sampled_from(sorted(CATALOGUE.by_id)), st.integers(0, 0x7FF)),
    data=st.binary(max_size=8),
)
def test_no_bytes_make_the_reader_raise(frame_id: int, data: bytes) -> None:
    checker = E2eChecker(CATALOGUE)
    checker.check(RawFrame(frame_id, data))
    assert sum(n for name, n in checker.counters.items() if name != "lost") == 1


def test_an_unknown_frame_name_is_the_callers_mistake(protector: E2eProtector) -> None:
    with pytest.raises(KeyError, match="VALVE_COMMAND_C9"):
        protector.protect("VALVE_COMMAND_C9", VALUES)
