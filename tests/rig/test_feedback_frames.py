"""Feedback as frames, and back."""

from collections.abc import Callable
from math import nan, sqrt

import pytest

from qiki_hil.kernels import (
    FRESH_ATTITUDE,
    FRESH_POWER,
    FRESH_THERMAL,
    Feedback,
)
from qiki_hil.rig.feedback_frames import (
    SMALLEST_THREE_MAX,
    FeedbackDecoder,
    command_values,
    reports,
)
from qiki_hil.wire import Catalogue

CATALOGUE = Catalogue.shipped()
NODE_STATE = (1, 2, 3, 4)


def valves(cluster: int) -> Callable[[Feedback], None]:
    times = tuple(100 * cluster + n for n in range(4))
    return lambda f: f.set_valves(cluster, times, 1 << cluster, NODE_STATE[cluster])


PARTS: list[tuple[Callable[[Feedback], None], set[str]]] = [
    (lambda f: f.set_rates(0.01, -0.02, 0.03), {"NAV_RATES"}),
    (lambda f: f.set_attitude(0.1, -0.2, 0.3, sqrt(1 - 0.14)), {"NAV_ATTITUDE"}),
    (lambda f: f.set_position(1.0, -2.0, 3.0), {"NAV_POSITION"}),
    (lambda f: f.set_velocity(0.25, -0.5, 0.75), {"NAV_VELOCITY"}),
    (lambda f: f.set_power(0.5, 0.75, 28.0, 100.0, 6.0), {"PROPELLANT", "POWER"}),
    (lambda f: f.set_cluster_temps(10.0, 20.0, 30.0, 40.0), {"THERMAL"}),
    *((valves(c), {f"VALVE_STATUS_C{c + 1}"}) for c in range(4)),
]
"""What can be fresh, every value another, and the frames that carry it."""


def whole() -> Feedback:
    """Everything fresh."""
    feedback = Feedback()
    for put, _ in PARTS:
        put(feedback)
    return feedback


def attitude(a: float, b: float, c: float) -> tuple[FeedbackDecoder, Feedback]:
    """What becomes of these three parts of an attitude."""
    decoder, feedback = FeedbackDecoder(), Feedback()
    values = {"largest": 3, "small_a": a, "small_b": b, "small_c": c}
    decoder.decode("NAV_ATTITUDE", values, feedback)
    return decoder, feedback


def test_what_is_fresh_travels_in_frames_of_its_own_and_comes_back() -> None:
    sent, decoder, received = whole(), FeedbackDecoder(), Feedback()
    for name, values in reports(sent, NODE_STATE):
        decoder.decode(name, values, received)
    assert received.fresh == sent.fresh
    assert received.rates_rps_body == sent.rates_rps_body
    assert received.attitude_xyzw == pytest.approx(sent.attitude_xyzw, abs=1e-15)
    assert received.position_m_world == sent.position_m_world
    assert received.velocity_mps_world == sent.velocity_mps_world
    assert received.power == sent.power
    assert received.cluster_temp_c == sent.cluster_temp_c
    assert received.open_time_us == sent.open_time_us
    assert received.valve_fault == sent.valve_fault
    assert decoder.counters == {"not_available": 0, "implausible": 0, "node_restarts": 0}


@pytest.mark.parametrize(("put", "frames"), PARTS)
def test_what_is_not_fresh_does_not_travel(
    put: Callable[[Feedback], None], frames: set[str]
) -> None:
    feedback = Feedback()
    put(feedback)
    assert {name for name, _ in reports(feedback, NODE_STATE)} == frames


def test_a_feedback_with_nothing_fresh_is_no_frame() -> None:
    assert list(reports(Feedback(), NODE_STATE)) == []


def test_the_bound_of_the_smallest_three_is_what_the_frame_can_round_to() -> None:
    """Three parts of one half are the largest that a quaternion has; each is rounded by half a
    step at most, so the sum of their squares is too large by three such errors at most."""
    step = CATALOGUE["NAV_ATTITUDE"].signals["small_a"].scale
    worst = 3 * (0.5 + step / 2) ** 2
    assert worst < SMALLEST_THREE_MAX < 0.75 + 0.001


@pytest.mark.parametrize("largest", [0.5, sqrt(SMALLEST_THREE_MAX / 3) - 1e-9])
def test_an_attitude_within_the_bound_is_taken(largest: float) -> None:
    decoder, feedback = attitude(largest, -largest, largest)
    assert feedback.fresh == FRESH_ATTITUDE
    assert decoder.counters["implausible"] == 0


@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, -1)])
def test_an_attitude_past_the_bound_is_dropped(signs: tuple[int, int, int]) -> None:
    size = sqrt(SMALLEST_THREE_MAX / 3) + 1e-9
    decoder, feedback = attitude(*(sign * size for sign in signs))
    assert feedback.fresh == 0
    assert decoder.counters["implausible"] == 1


@pytest.mark.parametrize("axis", "xyz")
def test_a_vector_with_one_part_missing_is_not_fresh(axis: str) -> None:
    decoder, feedback = FeedbackDecoder(), Feedback()
    values = {"rate_x": 0.0, "rate_y": 0.0, "rate_z": 0.0} | {f"rate_{axis}": nan}
    decoder.decode("NAV_RATES", values, feedback)
    assert feedback.fresh == 0
    assert decoder.counters["not_available"] == 1


@pytest.mark.parametrize("missing", range(4))
def test_temperatures_with_one_missing_are_not_fresh(missing: int) -> None:
    decoder, feedback = FeedbackDecoder(), Feedback()
    values = {f"cluster_temp_c{c + 1}": nan if c == missing else 20.0 for c in range(4)}
    decoder.decode("THERMAL", values, feedback)
    assert not feedback.fresh & FRESH_THERMAL
    assert decoder.counters["not_available"] == 1


def test_power_without_propellant_is_not_fresh() -> None:
    decoder, feedback = FeedbackDecoder(), Feedback()
    power = {"battery_soc": 0.5, "supercap_soc": 0.75, "bus_voltage": 28.0, "load": 100.0}
    for _ in range(2):
        decoder.decode("POWER", power, feedback)
    assert feedback.fresh == 0
    assert decoder.counters["not_available"] == 2
    decoder.decode("PROPELLANT", {"propellant": 6.0}, feedback)
    assert feedback.fresh == 0
    decoder.decode("POWER", power, feedback)
    assert feedback.fresh == FRESH_POWER
    assert feedback.power == (0.5, 0.75, 28.0, 100.0, 6.0)


def test_an_uptime_that_goes_back_is_a_restart_of_its_node_alone() -> None:
    decoder, feedback = FeedbackDecoder(), Feedback()
    for name, uptime_s in [("NAV", 7), ("NAV", 7), ("EPS", 0), ("NAV", 8), ("NAV", 6), ("EPS", 1)]:
        decoder.decode(f"HEARTBEAT_{name}", {"uptime": uptime_s}, feedback)
    assert decoder.counters["node_restarts"] == 1
    assert feedback.fresh == 0


def test_a_frame_that_carries_no_feedback_changes_nothing() -> None:
    decoder, feedback = FeedbackDecoder(), Feedback()
    decoder.decode("ARMING", {"arm_word": 1}, feedback)
    assert feedback.fresh == 0


def test_each_on_time_has_its_nozzle() -> None:
    assert command_values((1, 2, 3, 4)) == {f"on_time_n{n}": n + 1 for n in range(4)}
