"""`Feedback`, `ValveCommand` and the small functions of the core."""

import pytest

from qiki_hil import kernels
from qiki_hil.clock import monotonic_ns
from qiki_hil.kernels import CLUSTERS, NOZZLES, Feedback, ValveCommand, crc8_j1850, wait_until_ns


def test_a_setter_marks_its_part_fresh_and_keeps_its_values() -> None:
    feedback = Feedback()
    assert feedback.fresh == 0
    parts = {
        kernels.FRESH_RATES: ("rates_rps_body", feedback.set_rates, (0.1, -0.2, 0.3)),
        kernels.FRESH_ACCELERATION: (
            *("acceleration_mps2_body", feedback.set_acceleration, (1.0, 2.0, 3.0)),
        ),
        kernels.FRESH_ATTITUDE: ("attitude_xyzw", feedback.set_attitude, (0.5, 0.5, 0.5, -0.5)),
        kernels.FRESH_POSITION: ("position_m_world", feedback.set_position, (4.0, 5.0, 6.0)),
        kernels.FRESH_VELOCITY: ("velocity_mps_world", feedback.set_velocity, (7.0, 8.0, 9.0)),
        kernels.FRESH_POWER: ("power", feedback.set_power, (0.9, 0.8, 48.0, 900.0, 11.0)),
        kernels.FRESH_THERMAL: (
            *("cluster_temp_c", feedback.set_cluster_temps, (1.5, 2.5, 3.5, 4.5)),
        ),
    }
    expected = 0
    for bit, (name, setter, values) in parts.items():
        setter(*values)
        expected |= bit
        assert feedback.fresh == expected
        assert getattr(feedback, name) == values
    feedback.clear()
    assert feedback.fresh == 0
    assert feedback.position_m_world == (4.0, 5.0, 6.0)


def test_the_status_of_a_cluster_goes_to_its_own_nozzles() -> None:
    feedback = Feedback()
    for cluster in range(CLUSTERS):
        times = [100 * cluster + nozzle for nozzle in range(4)]
        feedback.set_valves(cluster, times, 1 << cluster, 2)
        assert feedback.fresh >> 8 == (1 << (cluster + 1)) - 1
    assert feedback.open_time_us == tuple(100 * (n // 4) + n % 4 for n in range(NOZZLES))
    assert feedback.valve_fault == 0b1000_0100_0010_0001
    assert feedback.node_state == (2, 2, 2, 2)
    feedback.set_valves(1, [0, 0, 0, 0], 0, 3)
    assert feedback.valve_fault == 0b1000_0100_0000_0001
    assert feedback.node_state == (2, 3, 2, 2)


@pytest.mark.parametrize(("cluster", "times"), [(4, [0] * 4), (0, [0] * 3), (0, [0] * 5)])
def test_a_cluster_or_a_length_that_cannot_be_is_refused(cluster: int, times: list[int]) -> None:
    with pytest.raises(ValueError, match=r"cluster: 4 given, 0\.\.4 needed|expected"):
        Feedback().set_valves(cluster, times, 0, 1)


@pytest.mark.parametrize("cluster", [-1, 1 << 70])
def test_a_cluster_that_is_no_index_is_refused(cluster: int) -> None:
    with pytest.raises(OverflowError):
        Feedback().set_valves(cluster, [0] * 4, 0, 1)


def test_a_valve_command_is_closed_and_silent_unless_told_otherwise() -> None:
    command = ValveCommand()
    assert not command.armed
    assert command.on_time_us == (0,) * NOZZLES


def test_a_valve_command_gives_each_cluster_its_four() -> None:
    command = ValveCommand(True, list(range(NOZZLES)))
    assert command.armed
    assert [command.cluster_on_time_us(c) for c in range(CLUSTERS)] == [
        tuple(range(4 * c, 4 * c + 4)) for c in range(CLUSTERS)
    ]


@pytest.mark.parametrize("times", [[0] * 15, [0] * 17, []])
def test_a_valve_command_has_sixteen_times(times: list[int]) -> None:
    with pytest.raises(ValueError, match="16"):
        ValveCommand(True, times)


def test_a_negative_on_time_is_refused() -> None:
    with pytest.raises(OverflowError):
        ValveCommand(True, [-1] + [0] * 15)


def test_the_crc_is_that_of_the_standard() -> None:
    # SAE J1850: the check value of "123456789".
    assert crc8_j1850(b"123456789") == 0x4B
    assert crc8_j1850(b"") == 0x00


def test_waiting_ends_at_the_deadline_and_not_before_it() -> None:
    deadline_ns = monotonic_ns() + 3_000_000
    wait_until_ns(deadline_ns)
    assert monotonic_ns() >= deadline_ns
    # A deadline that is over is no wait at all.
    wait_until_ns(deadline_ns - 10**9)
    wait_until_ns(0)
