import pytest

from qiki_hil.rig import NodeState
from qiki_hil.rig.emulator.valve_node import (
    ARMING_CYCLES,
    CLOSED,
    FAILSAFE_PERIODS,
    ValveNode,
)
from qiki_hil.wire import Catalogue

PERIOD_US = 2000
WHOLE = (PERIOD_US,) * 4
ARMING_TICKS = 10


@pytest.fixture
def node() -> ValveNode:
    return ValveNode(PERIOD_US, ARMING_TICKS)


@pytest.fixture
def armed(node: ValveNode) -> ValveNode:
    node.arm(PERIOD_US)
    return node


def test_a_node_starts_silent_and_obeys_nothing(node: ValveNode) -> None:
    node.command(WHOLE)
    assert node.tick() == CLOSED
    assert node.state is NodeState.SILENT


def test_a_command_from_before_arming_is_not_kept(node: ValveNode) -> None:
    node.command(WHOLE)
    node.arm(PERIOD_US)
    assert node.tick() == CLOSED


def test_an_armed_node_gives_what_was_commanded(armed: ValveNode) -> None:
    armed.command((0, 1, 700, 2000))
    assert armed.tick() == (0, 1, 700, 2000)
    assert armed.state is NodeState.ARMED


def test_of_two_commands_in_a_tick_the_last_counts(armed: ValveNode) -> None:
    armed.command(WHOLE)
    armed.command(CLOSED)
    assert armed.tick() == CLOSED


def test_a_missing_command_holds_the_valves_and_not_the_edge(armed: ValveNode) -> None:
    armed.command((700, 0, 2000, 0))
    armed.tick()
    assert armed.tick() == (2000, 0, 2000, 0)


def test_a_valve_that_closed_inside_a_tick_is_held_closed(armed: ValveNode) -> None:
    armed.command(WHOLE)
    armed.tick()
    armed.command((700, 2000, 2000, 2000))
    armed.tick()
    assert armed.tick() == (0, 2000, 2000, 2000)


def test_three_periods_after_the_last_command_the_node_closes(armed: ValveNode) -> None:
    armed.command(WHOLE)
    assert [armed.tick() for _ in range(5)] == [WHOLE, WHOLE, WHOLE, CLOSED, CLOSED]
    assert armed.state is NodeState.FAILSAFE


def test_commands_end_the_failsafe(armed: ValveNode) -> None:
    for _ in range(5):
        armed.tick()
    armed.command(WHOLE)
    assert armed.tick() == WHOLE
    assert armed.state is NodeState.ARMED


def test_after_a_failsafe_an_edge_inside_the_tick_is_not_guessed(armed: ValveNode) -> None:
    armed.command(WHOLE)
    for _ in range(5):
        armed.tick()
    armed.command((700, 2000, 0, 700))
    assert armed.tick() == (0, 2000, 0, 0)
    armed.command((700, 2000, 0, 700))
    assert armed.tick() == (700, 2000, 0, 700)


def test_no_valve_takes_a_level_unless_it_is_said_to(armed: ValveNode) -> None:
    for _ in range(5):
        armed.tick()
    armed.command((700, 700, 700, 700))
    assert armed.tick() == CLOSED


def test_disarmed_closes_at_once_and_rearming_starts_afresh(armed: ValveNode) -> None:
    armed.command(WHOLE)
    armed.tick()
    armed.command(WHOLE)
    armed.disarm(PERIOD_US)
    assert armed.tick() == CLOSED
    assert armed.state is NodeState.SILENT
    armed.arm(PERIOD_US)
    armed.command((700, 0, 0, 0))
    assert armed.tick() == (700, 0, 0, 0)


def test_armed_lasts_only_while_it_is_repeated(armed: ValveNode) -> None:
    for _ in range(ARMING_TICKS):
        armed.command(WHOLE)
        assert armed.tick() == WHOLE
    armed.command(WHOLE)
    assert armed.tick() == CLOSED
    assert armed.state is NodeState.SILENT


def test_repeating_armed_keeps_it(armed: ValveNode) -> None:
    for _ in range(5 * ARMING_TICKS):
        armed.arm(PERIOD_US)
        armed.command(WHOLE)
        assert armed.tick() == WHOLE


@pytest.mark.parametrize("difference_us", [-1000, -1, 1, 1000])
def test_a_controller_with_another_period_is_refused(armed: ValveNode, difference_us: int) -> None:
    armed.command(WHOLE)
    armed.tick()
    armed.arm(PERIOD_US + difference_us)
    assert not armed.armed
    armed.command(WHOLE)
    assert armed.tick() == CLOSED
    assert armed.state is NodeState.FAULT


def test_after_a_refusal_the_right_period_starts_afresh_and_waits_for_a_command(
    armed: ValveNode,
) -> None:
    armed.command(WHOLE)
    armed.tick()
    armed.arm(PERIOD_US + 1)
    armed.arm(PERIOD_US)
    assert armed.tick() == CLOSED
    armed.command(WHOLE)
    assert armed.tick() == WHOLE


def test_what_a_node_says_of_itself_has_the_numbers_of_the_bus() -> None:
    states = Catalogue.shipped()["VALVE_STATUS_C1"].signals["node_state"]
    assert {state.name: state.value for state in NodeState} == {
        name: states.number(name) for name in NodeState.__members__
    }


def test_the_documented_times() -> None:
    assert (FAILSAFE_PERIODS, ARMING_CYCLES) == (3, 3)
    assert CLOSED == (0, 0, 0, 0)


def test_a_fault_is_shown_until_the_node_is_armed_again(node: ValveNode) -> None:
    node.arm(PERIOD_US + 1)
    for _ in range(3):
        assert node.tick() == CLOSED
        assert node.state is NodeState.FAULT
    node.arm(PERIOD_US)
    node.tick()
    assert node.state is NodeState.ARMED


def test_a_first_command_that_is_late_is_given_its_three_periods(node: ValveNode) -> None:
    node.arm(PERIOD_US)
    assert [node.tick() for _ in range(2)] == [CLOSED] * 2
    assert node.state is NodeState.ARMED
    node.tick()
    assert node.state is NodeState.FAILSAFE


def test_rearming_counts_the_missed_commands_afresh(armed: ValveNode) -> None:
    armed.tick()
    armed.tick()
    armed.disarm(PERIOD_US)
    armed.arm(PERIOD_US)
    armed.tick()
    armed.tick()
    assert armed.state is NodeState.ARMED
    armed.tick()
    assert armed.state is NodeState.FAILSAFE


def test_repeating_armed_neither_drops_a_command_nor_counts_afresh(armed: ValveNode) -> None:
    armed.command(WHOLE)
    armed.arm(PERIOD_US)
    assert armed.tick() == WHOLE
    for _ in range(2):
        armed.arm(PERIOD_US)
        assert armed.tick() == WHOLE
    armed.arm(PERIOD_US)
    assert armed.tick() == CLOSED
    assert armed.state is NodeState.FAILSAFE


def test_after_armed_ran_out_an_edge_inside_the_tick_is_not_guessed(armed: ValveNode) -> None:
    for _ in range(ARMING_TICKS):
        armed.command(WHOLE)
        armed.tick()
    assert armed.tick() == CLOSED
    armed.arm(PERIOD_US)
    armed.command((700, 2000, 0, 1))
    assert armed.tick() == (0, 2000, 0, 0)


def test_a_pulse_inside_a_tick_is_never_longer_than_the_period(armed: ValveNode) -> None:
    """An on-time past the period is a valve that is open at the tick's end."""
    armed.command((PERIOD_US - 1, PERIOD_US, PERIOD_US + 1, 0))
    armed.tick()
    armed.command((PERIOD_US - 1, PERIOD_US, PERIOD_US + 1, 1))
    armed.tick()
    assert armed.tick() == (0, PERIOD_US, PERIOD_US, PERIOD_US)


def test_a_node_says_to_a_controller_with_another_period_that_it_will_not_follow(
    node: ValveNode,
) -> None:
    fault, silent = NodeState.FAULT, NodeState.SILENT
    for period_us, state in ((PERIOD_US + 1, fault), (PERIOD_US - 1, fault), (PERIOD_US, silent)):
        node.disarm(period_us)
        assert node.state is state
        assert node.tick() == CLOSED
        assert node.state is state


def test_a_node_is_disarmed_before_it_was_ever_armed(node: ValveNode) -> None:
    node.disarm(PERIOD_US)
    assert not node.armed
    assert node.tick() == CLOSED
    assert node.state is NodeState.SILENT


def test_a_node_disarmed_in_failsafe_takes_an_edge_after_rearming(armed: ValveNode) -> None:
    for _ in range(3):
        armed.tick()
    assert armed.state is NodeState.FAILSAFE
    armed.disarm(PERIOD_US)
    armed.arm(PERIOD_US)
    armed.command((700, 0, 0, 0))
    assert armed.tick() == (700, 0, 0, 0)


@pytest.fixture
def mixed() -> ValveNode:
    """Armed; valves 0 and 1 are on or off, 2 and 3 take a level."""
    mixed = ValveNode(PERIOD_US, ARMING_TICKS, (False, False, True, True))
    mixed.arm(PERIOD_US)
    return mixed


def test_a_missing_command_holds_a_level_where_it_was(mixed: ValveNode) -> None:
    mixed.command((700, 2000, 700, 2000))
    assert mixed.tick() == (700, 2000, 700, 2000)
    assert mixed.tick() == (2000, 2000, 700, 2000)
    mixed.command((700, 0, 300, 0))
    assert mixed.tick() == (700, 0, 300, 0)
    assert mixed.tick() == (0, 0, 300, 0)


def test_after_a_failsafe_a_level_is_obeyed_at_once(mixed: ValveNode) -> None:
    mixed.command(WHOLE)
    for _ in range(5):
        mixed.tick()
    assert mixed.state is NodeState.FAILSAFE
    mixed.command((700, 2000, 700, 2000))
    assert mixed.tick() == (0, 2000, 700, 2000)


def test_a_level_ends_with_the_third_period_after_the_last_command(mixed: ValveNode) -> None:
    mixed.command((0, 0, 700, 0))
    ticks = [mixed.tick() for _ in range(5)]
    assert ticks == [(0, 0, 700, 0), (0, 0, 700, 0), (0, 0, 700, 0), CLOSED, CLOSED]


def test_the_node_may_be_open_only_in_these_cases() -> None:
    """The whole rule as one boolean, over every history of five ticks."""
    steps = ("nothing", "command", "disarm")
    for history in range(3**5):
        node = ValveNode(PERIOD_US, ARMING_TICKS)
        node.arm(PERIOD_US)
        since_command, disarmed = None, False
        for tick in range(5):
            step = steps[history // 3**tick % 3]
            if step == "command":
                node.command(WHOLE)
                since_command = 0 if not disarmed else since_command
            elif step == "disarm":
                node.disarm(PERIOD_US)
                disarmed = True
            allowed = not disarmed and since_command is not None and since_command < 3
            assert (node.tick() != CLOSED) == allowed, (history, tick)
            if since_command is not None:
                since_command += 1
