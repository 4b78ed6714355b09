"""Columns of an invented run, in the shape that the kernels decode records to."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiki_hil.euler import xyzw_from_rpy_deg

IDLE, MANOEUVRE, SAFE = 1, 2, 9


def synthetic_columns(
    duration_s: float = 4.0, rate_hz: float = 100.0, *, timed: bool = False, truth: bool = True
) -> dict[str, NDArray[Any]]:
    """A craft that moves 1 m east and yaws by 40° in the first half, then rests.

    The estimate is 1 cm and 0.1° off; nozzle n pulses for 30 ms every (0.2 + 0.02 n) s.
    """
    count = round(duration_s * rate_hz)
    tick = np.arange(count, dtype=np.uint64)
    time_s = tick / rate_hz
    part = np.clip(time_s / (duration_s / 2.0), 0.0, 1.0)
    smooth = part**2 * (3.0 - 2.0 * part)
    true_position = np.outer(smooth, [1.0, 0.0, 0.0])
    reference = true_position + np.array([0.0, 0.02, 0.0])
    attitude = _yawed(40.0 * smooth)
    on_time = np.zeros((count, 16), dtype=np.uint32)
    for nozzle in range(16):
        on_time[time_s % (0.2 + 0.02 * nozzle) < 0.03, nozzle] = round(1e6 / rate_hz)
    columns: dict[str, NDArray[Any]] = {
        "tick": tick,
        "time_s": time_s,
        "period_s": np.full(count, 1.0 / rate_hz),
        "mode": np.where(time_s < duration_s / 2.0, MANOEUVRE, IDLE).astype(np.uint8),
        "armed": time_s >= 0.5,
        "inhibit_reason": np.where(time_s < 0.5, 2, 0).astype(np.uint8),
        "est_position_m": true_position + np.array([0.01, 0.0, 0.0]),
        "est_velocity_mps": np.gradient(true_position, 1.0 / rate_hz, axis=0),
        "est_attitude_xyzw": _yawed(40.0 * smooth + 0.1),
        "est_rates_rps": np.zeros((count, 3)),
        "ref_position_m": reference,
        "ref_attitude_xyzw": _yawed(40.0 * smooth + 0.5),
        "wrench_demanded": np.outer(np.sin(time_s), [100.0, 0, 0, 0, 0, 20.0]),
        "wrench_allocated": np.outer(np.sin(time_s), [90.0, 1, 2, 0, 0, 19.0]),
        "thrust_n": (on_time > 0).astype(np.float32) * np.float32(240.0),
        "on_time_us": on_time,
        "open_time_us": on_time,
        "isolated": np.where(time_s < duration_s / 2.0, 0, 0b101).astype(np.uint32),
        "stuck_closed": np.zeros(count, dtype=np.uint32),
        "stuck_open": np.zeros(count, dtype=np.uint32),
        "returning": np.zeros(count, dtype=np.uint32),
        "found_by_motion": np.zeros(count, dtype=np.uint32),
        "feedback_lies": np.zeros(count, dtype=np.uint32),
        "allocation_requested": np.full(count, 2, dtype=np.uint8),
        "allocation_mode": np.full(count, 2, dtype=np.uint8),
        "allocation_reason": np.zeros(count, dtype=np.uint8),
        "alloc_status": np.ones(count, dtype=np.uint8),
        "alloc_iterations": np.full(count, 3, dtype=np.uint32),
        "nav_age_ticks": np.full(count, 2, dtype=np.uint32),
        "battery_soc": np.linspace(0.8, 0.79, count),
        "supercap_soc": np.linspace(0.7, 0.6, count),
        "bus_v": np.full(count, 26.8),
        "load_w": np.full(count, 140.0),
        "propellant_kg": np.linspace(12.0, 11.5, count),
        "cluster_temp_c": np.outer(np.ones(count), [20.0, 21.0, 25.0, 22.0]),
        "loads_shed": np.zeros(count, dtype=np.uint8),
        "loads_throttled": np.zeros(count, dtype=np.uint8),
        "power_faults": np.zeros(count, dtype=np.uint8),
        "nodes_tripped": np.zeros(count, dtype=np.uint32),
        "rcs_power_max_w": np.full(count, 44_861.0),
        "rcs_power_w": np.full(count, 4200.0),
        "rcs_power_limits": np.ones(count, dtype=np.uint32),
        "cluster_limits": np.zeros((count, 4), dtype=np.uint8),
        "resting": np.zeros(count, dtype=np.uint32),
        "working_mass_low": np.zeros(count, dtype=np.bool_),
        "model_mismatch": np.zeros(count, dtype=np.uint8),
        "guard_violation": np.zeros(count, dtype=np.uint8),
        "fresh": np.full(count, 0xF7F, dtype=np.uint32),
        "valve_fault": np.zeros(count, dtype=np.uint32),
        "node_state": np.full((count, 4), 2, dtype=np.uint8),
        "true_position_m": true_position,
        "true_velocity_mps": np.gradient(true_position, 1.0 / rate_hz, axis=0),
        "true_attitude_xyzw": attitude,
        "true_rates_rps": np.zeros((count, 3)),
        "true_mass_kg": np.linspace(432.0, 431.5, count),
        "overruns": np.zeros(count, dtype=np.uint32),
    }
    if not truth:
        for name in [name for name in columns if name.startswith("true_")]:
            columns[name] = np.full_like(columns[name], np.nan)
    spread = np.random.default_rng(1).gamma(4.0, 5_000.0, (5, count)).astype(np.int64)
    for row, name in enumerate(("wakeup", "read", "step", "write", "send")):
        columns[f"{name}_ns"] = spread[row] if timed else np.full(count, -1, dtype=np.int64)
    return columns


def rows(columns: dict[str, NDArray[Any]], chosen: Any) -> dict[str, NDArray[Any]]:
    """The chosen rows of every column."""
    return {name: values[chosen] for name, values in columns.items()}


def _yawed(yaw_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([xyzw_from_rpy_deg(0.0, 0.0, float(yaw)) for yaw in yaw_deg]).reshape(-1, 4)
