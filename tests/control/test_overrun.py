"""The overrun policy, with exact times."""

from hypothesis import given
from hypothesis import strategies as st

from qiki_hil.control.overrun import GIVE_UP_AFTER_NS, OverrunPolicy

PERIOD_NS = 2_000_000


def policy() -> OverrunPolicy:
    return OverrunPolicy(PERIOD_NS, 0)


def test_a_cycle_within_its_period_moves_to_the_next_deadline() -> None:
    one = policy()
    assert one.advance(PERIOD_NS - 1) == 0
    assert one.deadline_ns == PERIOD_NS
    assert one.total == 0


def test_a_cycle_that_ends_on_the_deadline_is_in_time() -> None:
    one = policy()
    assert one.advance(PERIOD_NS) == 0
    assert one.deadline_ns == PERIOD_NS


def test_a_nanosecond_late_loses_one_tick_and_no_more() -> None:
    one = policy()
    assert one.advance(PERIOD_NS + 1) == 1
    assert one.deadline_ns == 2 * PERIOD_NS
    assert one.advance(2 * PERIOD_NS + 5) == 0
    assert one.deadline_ns == 3 * PERIOD_NS
    assert one.total == 1


def test_a_stall_passes_over_every_deadline_in_it_and_catches_none_up() -> None:
    one = policy()
    assert one.advance(10 * PERIOD_NS + PERIOD_NS // 2) == 10
    assert one.deadline_ns == 11 * PERIOD_NS
    assert one.advance(11 * PERIOD_NS + 1) == 0


@given(
    period_ns=st.integers(1_000_000, 5_000_000),
    first_ns=st.integers(0, 10**15),
    work_ns=st.lists(st.integers(0, 30_000_000), max_size=60),
)
def test_deadlines_stay_on_the_grid_and_none_is_given_twice_or_late(
    period_ns: int, first_ns: int, work_ns: list[int]
) -> None:
    one = OverrunPolicy(period_ns, first_ns)
    now_ns, given_deadlines, passed_over = first_ns, [first_ns], 0
    for work in work_ns:
        now_ns += work
        passed_over += one.advance(now_ns)
        assert one.deadline_ns >= now_ns
        assert one.deadline_ns - now_ns < period_ns or one.deadline_ns == (
            given_deadlines[-1] + period_ns
        )
        given_deadlines.append(one.deadline_ns)
        now_ns = one.deadline_ns
    assert all((deadline - first_ns) % period_ns == 0 for deadline in given_deadlines)
    assert given_deadlines == sorted(set(given_deadlines))
    # Every deadline of the grid was either given or counted.
    assert one.total == passed_over
    assert (given_deadlines[-1] - first_ns) // period_ns == len(work_ns) + passed_over


def late_cycles(one: OverrunPolicy, until_ns: int, now_ns: int = 0) -> int:
    """Cycles that each miss one deadline; returns when the last one ended."""
    while now_ns < until_ns:
        now_ns = one.deadline_ns + PERIOD_NS + 1
        assert one.advance(now_ns) == 1
    return now_ns


def test_a_second_of_nothing_but_missed_deadlines_is_the_end() -> None:
    one = policy()
    first_ns = now_ns = late_cycles(one, 1)
    while now_ns - first_ns < GIVE_UP_AFTER_NS:
        assert not one.exhausted
        now_ns = late_cycles(one, now_ns + 1, now_ns)
    assert now_ns - first_ns == GIVE_UP_AFTER_NS
    assert one.exhausted


def test_one_cycle_in_time_within_the_second_starts_the_count_anew() -> None:
    one = policy()
    now_ns = late_cycles(one, GIVE_UP_AFTER_NS - 10 * PERIOD_NS)
    assert one.advance(one.deadline_ns + 1) == 0
    late_cycles(one, now_ns + GIVE_UP_AFTER_NS // 2, now_ns)
    assert not one.exhausted


def test_one_long_stall_is_not_the_end() -> None:
    one = policy()
    one.advance(5 * GIVE_UP_AFTER_NS)
    assert one.total == 5 * GIVE_UP_AFTER_NS // PERIOD_NS - 1
    one.advance(one.deadline_ns + PERIOD_NS + 1)
    assert not one.exhausted
