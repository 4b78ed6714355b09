import pytest

from qiki_hil.wire import MAX_LOAD_RATIO, Catalogue, bus_load, highest_rate_hz
from qiki_hil.wire.load import worst_case_bits

CATALOGUE = Catalogue.shipped()
MEGABIT = 1_000_000


@pytest.mark.parametrize(("length", "bits"), [(0, 55), (1, 65), (5, 105), (6, 115), (8, 135)])
def test_worst_case_length_of_a_frame(length: int, bits: int) -> None:
    assert worst_case_bits(length) == bits


def test_the_bus_keeps_its_limit_at_500_hz() -> None:
    load = bus_load(CATALOGUE, 500, MEGABIT)
    assert load.ratio <= MAX_LOAD_RATIO == 0.6
    assert load.ratio == pytest.approx(0.599905)


def test_frames_of_their_own_rate_are_never_sent_more_than_once_a_tick() -> None:
    rates = {f.frame.name: f.rate_hz for f in bus_load(CATALOGUE, 200, MEGABIT).frames}
    assert rates["NAV_RATES"] == rates["VALVE_COMMAND_C1"] == 200
    assert rates["NAV_POSITION"] == 50
    assert rates["HEARTBEAT_C1"] == 1
    assert rates["THERMAL_NODES"] == 0.5


def test_load_is_shared_out_over_the_frames() -> None:
    load = bus_load(CATALOGUE, 333, MEGABIT)
    assert sum(f.ratio for f in load.frames) == pytest.approx(load.ratio)
    assert {f.frame.name for f in load.frames} == set(CATALOGUE.frames)


@pytest.mark.parametrize(("bitrate", "best"), [(MEGABIT, 500), (500_000, 225), (125_000, None)])
def test_the_highest_rate_that_fits(bitrate: int, best: int | None) -> None:
    assert highest_rate_hz(CATALOGUE, bitrate, 0.6) == best


def test_a_rate_of_zero_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="must be above zero"):
        bus_load(CATALOGUE, 0, MEGABIT)
