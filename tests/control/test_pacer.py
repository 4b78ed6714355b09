"""Pacers, on a clock that is told what time it is."""

import pytest

from qiki_hil.control import pacer
from qiki_hil.control.pacer import LEAD_NS, DeadlinePacer, FreePacer

PERIOD_NS = 2_000_000


class FakeClock:
    """Time that passes only when told, and wake-ups that are late by what is asked for."""

    def __init__(self, now_ns: int) -> None:
        self.now_ns = now_ns
        self.late_ns = 0
        self.waits: list[int] = []

    def __call__(self) -> int:
        return self.now_ns

    def wait_until_ns(self, deadline_ns: int) -> None:
        self.waits.append(deadline_ns)
        self.now_ns = max(self.now_ns, deadline_ns) + self.late_ns


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    fake = FakeClock(123_456_789_012)
    monkeypatch.setattr(pacer, "wait_until_ns", fake.wait_until_ns)
    return fake


def test_the_first_deadline_comes_after_the_lead_and_within_a_period_of_it(
    clock: FakeClock,
) -> None:
    made_ns = clock.now_ns
    DeadlinePacer(PERIOD_NS, clock).wait()
    assert made_ns + LEAD_NS - PERIOD_NS < clock.waits[0] <= made_ns + LEAD_NS + PERIOD_NS


def test_deadlines_are_absolute_and_do_not_drift_with_late_wake_ups(clock: FakeClock) -> None:
    one = DeadlinePacer(PERIOD_NS, clock)
    clock.late_ns = 70_000
    for _ in range(100):
        one.wait()
        clock.now_ns += 300_000
    assert [b - a for a, b in zip(clock.waits, clock.waits[1:], strict=False)] == [PERIOD_NS] * 99
    assert one.total_missed == 0


def test_lateness_and_period_are_measured(clock: FakeClock) -> None:
    one = DeadlinePacer(PERIOD_NS, clock)
    one.wait()
    assert (one.late_ns, one.period_ns) == (0, PERIOD_NS)
    clock.late_ns = 150_000
    one.wait()
    assert (one.late_ns, one.period_ns) == (150_000, PERIOD_NS + 150_000)
    clock.late_ns = 0
    one.wait()
    assert (one.late_ns, one.period_ns) == (0, PERIOD_NS - 150_000)


def test_a_cycle_too_long_is_counted_and_the_grid_kept(clock: FakeClock) -> None:
    one = DeadlinePacer(PERIOD_NS, clock)
    one.wait()
    clock.now_ns += 3 * PERIOD_NS + 1
    one.wait()
    assert one.missed == 3
    assert one.period_ns == 4 * PERIOD_NS
    assert clock.waits[1] - clock.waits[0] == 4 * PERIOD_NS
    one.wait()
    assert one.missed == 0
    assert one.total_missed == 3
    assert not one.exhausted


def test_a_rate_that_cannot_be_kept_exhausts_the_pacer(clock: FakeClock) -> None:
    one = DeadlinePacer(PERIOD_NS, clock)
    one.wait()
    for _ in range(600):
        clock.now_ns += PERIOD_NS + 1
        one.wait()
    assert one.exhausted


def test_the_free_pacer_never_waits_and_never_misses() -> None:
    one = FreePacer(PERIOD_NS)
    one.wait()
    assert (one.late_ns, one.period_ns, one.missed, one.total_missed) == (0, PERIOD_NS, 0, 0)
    assert not one.exhausted
