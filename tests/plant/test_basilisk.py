"""The plant flies the same firing sequence as Basilisk, an independent simulator.

The committed table is always compared; where `bsk` is installed, Basilisk flies again.
"""

import importlib.util
import json
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qiki_hil.kernels import NOZZLES, PlantCore, Truth

DATA = Path(__file__).parent / "data"
SCRIPT = Path(__file__).parents[2] / "tools" / "basilisk_reference.py"

# Both sides integrate the same equations in the same 2 ms steps by a fourth-order method; what is
# left is rounding and attitude parameters (quaternion here, modified Rodrigues parameters there).
POSITION_TOLERANCE_M = 1e-9
VELOCITY_TOLERANCE_MPS = 1e-9
ATTITUDE_TOLERANCE = 1e-9
RATES_TOLERANCE_RPS = 1e-9

Float64 = NDArray[np.float64]


def load_case() -> dict[str, Any]:
    case: dict[str, Any] = json.loads((DATA / "basilisk_case.json").read_text())
    return case


def on_times(case: dict[str, Any]) -> Float64:
    """(ticks, 16), s."""
    times = np.zeros((case["ticks"], NOZZLES))
    for nozzle, first, ticks in case["firings"]:
        times[first : first + ticks, nozzle] = case["dt_s"]
    return times


def fly(case: dict[str, Any]) -> Float64:
    """(rows, 14): the plant's state in the columns of the table."""
    plant = PlantCore(
        json.dumps(case["craft"]),
        case["dt_s"],
        0,
        case["position_m_world"],
        case["velocity_mps_world"],
        case["attitude_xyzw"],
        case["rates_rps_body"],
    )
    truth = Truth()
    rows = []
    commands = on_times(case)
    for tick in range(case["ticks"] + 1):
        if tick % case["row_every"] == 0:
            plant.truth(truth)
            place = [*truth.position_m_world, *truth.velocity_mps_world]
            rows.append([plant.time_s, *place, *truth.attitude_xyzw, *truth.rates_rps_body])
        if tick < case["ticks"]:
            plant.step(commands[tick])
    return np.array(rows)


def assert_same_flight(ours: Float64, theirs: Float64) -> None:
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours[:, 0], theirs[:, 0], rtol=0.0, atol=1e-9)
    same_sign = np.sign(np.sum(ours[:, 7:11] * theirs[:, 7:11], axis=1, keepdims=True))
    for columns, tolerance in (
        (slice(1, 4), POSITION_TOLERANCE_M),
        (slice(4, 7), VELOCITY_TOLERANCE_MPS),
        (slice(11, 14), RATES_TOLERANCE_RPS),
    ):
        np.testing.assert_allclose(ours[:, columns], theirs[:, columns], rtol=0.0, atol=tolerance)
    attitude = same_sign * ours[:, 7:11]
    np.testing.assert_allclose(attitude, theirs[:, 7:11], rtol=0.0, atol=ATTITUDE_TOLERANCE)


def load_reference_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("basilisk_reference", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_flight_agrees_with_the_committed_basilisk_table() -> None:
    table = np.loadtxt(DATA / "basilisk_firing.csv", delimiter=",", skiprows=1)
    assert table.shape == (151, 14)
    assert_same_flight(fly(load_case()), table)


def test_flight_agrees_with_basilisk_flown_now() -> None:
    with warnings.catch_warnings():
        # Basilisk's generated bindings warn while they are imported.
        warnings.simplefilter("ignore")
        pytest.importorskip("Basilisk", reason="needs the package bsk")
        case = load_case()
        theirs = load_reference_script().Flight(case).run()
    assert_same_flight(fly(case), theirs)


def test_sequence_exercises_every_nozzle_translation_and_tumbling() -> None:
    case = load_case()
    flown = fly(case)
    assert case["ticks"] * case["dt_s"] >= 20.0
    assert {nozzle for nozzle, _, _ in case["firings"]} == set(range(NOZZLES))
    assert np.ptp(flown[:, 4:7], axis=0).min() > 0.3
    assert np.ptp(flown[:, 11:14], axis=0).min() > 0.5
