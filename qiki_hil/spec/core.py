"""The craft as the Rust core reads it; its `Craft` struct is the schema of this object."""

from collections.abc import Sequence
from typing import Any

from qiki_hil.spec.body import Mass, Thruster
from qiki_hil.spec.control import ControlConfig
from qiki_hil.spec.equipment import Sensor, Sensors
from qiki_hil.spec.planes import PowerPlane, ThermalPlane


def core_craft(
    mass: Mass,
    thrusters: Sequence[Thruster],
    power: PowerPlane,
    thermal: ThermalPlane,
    sensors: Sensors,
    control: ControlConfig,
) -> dict[str, Any]:
    """The numbers that physics and control need, as plain data."""
    return {
        "mass": mass.model_dump() | {"inertia_kgm2": _symmetric(mass.inertia_kgm2)},
        "thrusters": [_thruster(thruster) for thruster in thrusters],
        "power": power.model_dump(),
        "thermal": _thermal(thermal),
        "sensors": _sensors(sensors),
        "control": control.model_dump(),
    }


def _symmetric(matrix: Sequence[Sequence[float]]) -> list[list[float]]:
    """The matrix without what a file rounds differently on both sides of its diagonal."""
    return [[0.5 * (matrix[i][j] + matrix[j][i]) for j in range(3)] for i in range(3)]


def _thruster(thruster: Thruster) -> dict[str, Any]:
    row = thruster.model_dump(exclude={"valve"})
    return row | thruster.valve.model_dump()


def _thermal(thermal: ThermalPlane) -> dict[str, Any]:
    # By name, so that the order in the file does not move the last bit of a heat balance.
    nodes = [{"name": name, **node.model_dump()} for name, node in sorted(thermal.nodes.items())]
    return thermal.model_dump(exclude={"nodes"}) | {"nodes": nodes}


def _sensors(sensors: Sensors) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in Sensors.model_fields:
        value = getattr(sensors, name)
        values[name] = _sensor(value) if isinstance(value, Sensor) else value
    return values


def _sensor(sensor: Sensor) -> dict[str, float]:
    noise_std, bias_std = sensor.error_std()
    return {"rate_hz": sensor.rate_hz, "noise_std": noise_std, "bias_std": bias_std}
