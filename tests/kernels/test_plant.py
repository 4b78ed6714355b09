"""`Plant`, the simulated craft for people."""

import numpy as np
import pytest

from qiki_hil import BotSpec, Plant
from qiki_hil.kernels import Feedback

SPEC = BotSpec.load("dodeca-01")


def test_a_craft_that_nobody_pushes_stays_where_it_is() -> None:
    plant = Plant(SPEC, dt_s=0.002, seed=1)
    for _ in range(100):
        plant.step(np.zeros(16))
    state = plant.state
    assert state.time_s == pytest.approx(0.2)
    assert np.array_equal(state.position_m_world, np.zeros(3))
    assert np.array_equal(state.attitude_xyzw, [0.0, 0.0, 0.0, 1.0])
    assert state.mass_kg == SPEC.mass.dry_kg + state.propellant_kg
    assert not state.valve_open.any()


def test_a_craft_that_drifts_goes_on_in_a_straight_line() -> None:
    plant = Plant(SPEC, position_m_world=(1, 2, 3), velocity_mps_world=(0.5, 0.0, -0.25))
    for _ in range(500):
        plant.step(np.zeros(16))
    assert plant.state.position_m_world == pytest.approx([1.5, 2.0, 2.75], abs=1e-9)


def test_an_open_nozzle_pushes_where_the_effectiveness_says() -> None:
    for nozzle in range(16):
        plant = Plant(SPEC, dt_s=0.002)
        on_time = np.zeros(16)
        on_time[nozzle] = 0.002
        for _ in range(50):
            plant.step(on_time)
        state = plant.state
        force = SPEC.effectiveness[:3, nozzle]
        along = state.velocity_mps_world / np.linalg.norm(state.velocity_mps_world)
        assert along @ (force / np.linalg.norm(force)) > 0.999
        torque = SPEC.effectiveness[3:, nozzle]
        assert state.rates_rps_body @ torque > 0.0
        assert state.propellant_kg < 12.0
        assert np.flatnonzero(state.valve_open).tolist() == [nozzle]


def test_the_state_is_a_copy() -> None:
    plant = Plant(SPEC, velocity_mps_world=(1.0, 0.0, 0.0))
    before = plant.state
    plant.step(np.zeros(16))
    before.position_m_world[:] = 99.0
    assert plant.state.position_m_world[0] == pytest.approx(0.002)
    assert before.time_s == 0.0


def test_shapes_and_units_are_those_that_are_written_down() -> None:
    state = Plant(SPEC).state
    assert state.inertia_kgm2.shape == (3, 3)
    assert np.linalg.eigvalsh(state.inertia_kgm2) == pytest.approx([205, 210, 215], rel=0.1)
    assert state.valve_open.dtype == np.bool_
    assert state.valve_open.shape == (16,)
    assert 0.0 < state.battery_soc <= 1.0
    assert state.bus_v > 1.0
    assert state.temperatures_c


@pytest.mark.parametrize("shape", [(15,), (17,), (4, 4), (1, 16), ()])
def test_on_times_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"on_time_s: shape .* given, \(16,\) needed"):
        Plant(SPEC).step(np.zeros(shape))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_on_times_that_are_no_numbers_are_refused_and_nothing_moves(value: float) -> None:
    plant = Plant(SPEC)
    on_time = np.zeros(16)
    on_time[7] = value
    with pytest.raises(ValueError, match=rf"on_time_s\[7\]: {value} given, seconds 0\.\.0\.002"):
        plant.step(on_time)
    assert plant.state.time_s == 0.0


def test_lists_and_whole_numbers_are_taken_too() -> None:
    plant = Plant(SPEC)
    plant.step([0] * 16)
    plant.step(np.zeros(32)[::2])
    assert plant.state.time_s == pytest.approx(0.004)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"dt_s": 0.0}, "plant: dt_s: 0 given, needs a number above 0 and at most 0.02 s"),
        ({"dt_s": float("nan")}, "plant: dt_s: NaN given"),
        ({"attitude_xyzw": (0.0, 0.0, 0.0, 0.0)}, "attitude_xyzw: norm 0 given"),
        ({"velocity_mps_world": (float("inf"), 0.0, 0.0)}, "velocity_mps_world: inf given"),
        ({"position_m_world": (0.0, 0.0)}, "expected a sequence of length 3"),
    ],
)
def test_a_beginning_that_cannot_be_is_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Plant(SPEC, **wrong)  # type: ignore[arg-type]


def test_the_same_seed_gives_the_same_sensors_and_another_seed_others() -> None:
    def heard(seed: int) -> tuple[float, ...]:
        plant, feedback = Plant(SPEC, seed=seed), Feedback()
        plant.core.sense(feedback)
        return (*feedback.rates_rps_body, *feedback.position_m_world)

    assert heard(5) == heard(5)
    assert heard(5) != heard(6)
