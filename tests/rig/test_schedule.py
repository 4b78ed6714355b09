import pytest

from qiki_hil.rig.schedule import is_due, loop_rate_hz, period_us


@pytest.mark.parametrize("loop_hz", [200.0, 333.0, 500.0, 1000.0])
@pytest.mark.parametrize("rate_hz", [2.0, 5.0, 10.0, 50.0, 250.0, 1000.0])
def test_a_second_holds_as_many_as_the_rate_says(loop_hz: float, rate_hz: float) -> None:
    due = sum(is_due(tick, rate_hz, loop_hz) for tick in range(1, int(loop_hz) + 1))
    assert due == pytest.approx(min(rate_hz, loop_hz), abs=1)


def test_everything_happens_in_tick_zero() -> None:
    assert is_due(0, 2.0, 500.0)
    assert [t for t in range(11) if is_due(t, 250.0, 500.0)] == [0, 1, 3, 5, 7, 9]


def test_every_period_gives_its_rate_back() -> None:
    for rate_hz in range(200, 1001):
        assert loop_rate_hz(1 / rate_hz) == rate_hz
        assert period_us(1 / rate_hz) == 1_000_000 // rate_hz
