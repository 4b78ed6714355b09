import math
from typing import Any

import cantools.database
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiki_hil.wire import Catalogue, Frame
from qiki_hil.wire.catalogue import shipped_dbc_text

CATALOGUE = Catalogue.shipped()
CANTOOLS: Any = cantools.database.load_string(shipped_dbc_text(), "dbc")

TINY = """VERSION ""
BU_: A
BO_ 16 TINY: 2 A
 SG_ level : 0|8@{order}- (0.5,0) [{low}|63.5] "V" A
{more}
"""


def dbc(order: str = "1", low: str = "-64", more: str = "") -> str:
    return TINY.format(order=order, low=low, more=more)


@given(data=st.data())
@pytest.mark.parametrize("name", CATALOGUE.frames)
def test_any_payload_decodes_as_cantools_decodes_it(name: str, data: st.DataObject) -> None:
    frame = CATALOGUE[name]
    payload = data.draw(st.binary(min_size=frame.length, max_size=frame.length))
    message = CANTOOLS.get_message_by_name(name)
    reference = message.decode(payload, decode_choices=False)
    raw = message.decode(payload, decode_choices=False, scaling=False)
    for signal_name, value in frame.decode(payload).items():
        if raw[signal_name] == frame.signals[signal_name].not_available:
            assert math.isnan(value)
        else:
            assert value == reference[signal_name]


@given(data=st.data())
@pytest.mark.parametrize("name", CATALOGUE.frames)
def test_any_values_encode_as_cantools_encodes_them(name: str, data: st.DataObject) -> None:
    frame = CATALOGUE[name]
    values = {
        s.name: data.draw(st.floats(s.minimum, s.maximum, allow_nan=False))
        for s in frame.signals.values()
        if s.name not in ("counter", "crc")
    }
    counter = data.draw(st.integers(0, 15))
    encoded = frame.encode(values, counter)
    full = values | {"counter": counter}
    if "crc" in frame.signals:
        full["crc"] = encoded[-1]
    assert encoded == CANTOOLS.get_message_by_name(name).encode(full, strict=False)


def test_no_two_frames_have_the_same_identifier_and_all_fit_eleven_bits() -> None:
    ids = [frame.frame_id for frame in CATALOGUE.frames.values()]
    assert len(set(ids)) == len(ids)
    assert all(0 < frame_id <= 0x7FF for frame_id in ids)


def test_nothing_has_priority_over_a_disarm() -> None:
    assert min(CATALOGUE.by_id) == CATALOGUE["ARMING"].frame_id


def test_all_frames_but_position_carry_counter_and_crc() -> None:
    unguarded = {f.name for f in CATALOGUE.frames.values() if "crc" not in f.signals}
    assert unguarded == {"NAV_POSITION"}
    assert all(frame.counter_modulus == 16 for frame in CATALOGUE.frames.values())


@pytest.mark.parametrize("stuck", [0x00, 0xFF])
def test_a_stuck_line_makes_no_valid_frame(stuck: int) -> None:
    guarded = [frame for frame in CATALOGUE.frames.values() if "crc" in frame.signals]
    assert not [f.name for f in guarded if f.crc_holds(bytes([stuck]) * f.length)]


def test_every_frame_and_node_says_what_it_is_for() -> None:
    assert all(frame.comment and frame.sender for frame in CATALOGUE.frames.values())
    assert all(node.comment for node in CANTOOLS.nodes)


def test_every_frame_has_a_cycle_time() -> None:
    assert all(frame.cycle_time_ms > 0 for frame in CATALOGUE.frames.values())
    every_tick = {f.name for f in CATALOGUE.frames.values() if f.every_tick}
    assert every_tick == {f"VALVE_{kind}_C{c}" for kind in ("COMMAND", "STATUS") for c in "1234"}


def test_positions_are_finer_than_a_millimetre_over_half_a_kilometre() -> None:
    signal = CATALOGUE["NAV_POSITION"].signals["position_x"]
    assert signal.scale <= 1e-3
    assert signal.minimum <= -500
    assert signal.maximum >= 500


@pytest.mark.parametrize("value", [math.nan, 512.1, -512.1, math.inf, -math.inf])
def test_a_position_beyond_the_frame_is_said_to_be_not_available(value: float) -> None:
    frame = CATALOGUE["NAV_POSITION"]
    values = {"position_x": value, "position_y": 1.0, "position_z": 2.0}
    decoded = frame.decode(frame.encode(values))
    assert math.isnan(decoded["position_x"])
    assert decoded["position_y"] == 1.0


@pytest.mark.parametrize(("value", "expected"), [(9000, 8191), (-5, 0), (8191, 8191)])
def test_a_value_beyond_a_range_without_that_word_takes_the_nearest_end(
    value: float, expected: int
) -> None:
    frame = CATALOGUE["VALVE_COMMAND_C1"]
    values = {f"on_time_n{n}": value for n in range(4)}
    assert frame.decode(frame.encode(values))["on_time_n2"] == expected


def test_nan_without_a_word_for_it_is_the_callers_mistake() -> None:
    values = {f"on_time_n{n}": math.nan for n in range(4)}
    with pytest.raises(ValueError, match="on_time_n0: NaN, and the frame has no word for it"):
        CATALOGUE["VALVE_COMMAND_C1"].encode(values)


def test_a_missing_value_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="frame ARMING: no value for signal 'arm_word'"):
        CATALOGUE["ARMING"].encode({})


def test_a_word_of_the_value_table_has_its_number_and_no_other_has() -> None:
    signal = CATALOGUE["ARMING"].signals["arm_word"]
    assert signal.number("ARMED") ^ signal.number("DISARMED") == 0xFFFF
    with pytest.raises(ValueError, match=r"no word 'FIRE'; has \['ARMED', 'DISARMED'\]"):
        signal.number("FIRE")


def test_values_are_told_with_word_or_unit() -> None:
    assert CATALOGUE["ARMING"].signals["arm_word"].text(0xA55A) == "ARMED"
    assert CATALOGUE["NAV_POSITION"].signals["position_x"].text(math.nan) == "not_available"
    assert CATALOGUE["NAV_POSITION"].signals["position_x"].text(1.5) == "1.5 m"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("nonsense", "not a usable DBC"),
        (dbc(order="0"), "signal level: big-endian"),
        (dbc(low="0").replace("[0|63.5]", "[0|0]"), "signal level: no range"),
        (dbc(more=' SG_ crc : 8|4@1+ (1,0) [0|15] "" A'), "the CRC must be the last byte"),
        (dbc(more=' SG_ m M : 8|2@1+ (1,0) [0|3] "" A'), "signal m: multiplexed"),
    ],
)
def test_a_dbc_that_breaks_the_rules_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Catalogue(text)


def test_a_frame_without_guards_has_no_counter() -> None:
    frame: Frame = Catalogue(dbc())["TINY"]
    assert frame.counter_modulus == 0
    assert frame.decode(frame.encode({"level": -1.5})) == {"level": -1.5}
