"""What is mounted on the craft and how its parts name each other."""

from typing import Annotated, Literal

from pydantic import Field

from qiki_hil.kernels import CLUSTERS
from qiki_hil.spec.quantities import (
    AccelerationError,
    AngleError,
    Force,
    Length,
    Name,
    Position,
    PositionError,
    RateError,
    RateHz,
    Section,
    Text,
    UnitVector,
    VelocityError,
)

REQUIRED_COMPONENTS = (
    "hull",
    "power",
    "propulsion",
    "docking",
    "antenna_xpdr",
    "sensors",
    "comms",
    "shields",
    "navigation",
    "sensor_mounts",
    "protocols",
)
REQUIRED_CHANNELS = (
    "SensorFrame",
    "TrackSet",
    "ThrusterCmd",
    "ModeCmd",
    "ProtocolCmd",
    "EnergyStatus",
    "ShieldStatus",
    "NavState",
    "RegistrarEvent",
)

NodeId = Annotated[int, Field(strict=True, ge=0, le=127)]


class DockingPort(Section):
    """A bayonet; its axis is the outward normal of its face."""

    face: Name
    standoff_m: Length
    """From the face's centre to the mating plane, m."""


class Docking(Section):
    """Two bayonets on opposite faces."""

    ports: dict[Name, DockingPort]
    capture_modes: tuple[Literal["soft", "hard"], ...]
    bridge_profiles: tuple[Literal["power", "data", "full"], ...]
    hard_capture_force_n: Force


class Transponder(Section):
    """The transponder and the state it starts in."""

    id: Name
    mode_init: Literal["ON", "OFF", "SILENT", "SPOOF"]
    mount: Name


class Mount(Section):
    """Where an instrument or antenna sits; measurements are reduced to the centre of mass."""

    position_m_body: Position
    boresight_body: UnitVector
    face: Name | None = None


class Sensor(Section):
    """White noise plus a bias drawn once per run, per axis."""

    mount: Name
    rate_hz: RateHz

    def error_std(self) -> tuple[float, float]:
        """Standard deviations of noise and bias, in the sensor's own unit."""
        values = self.model_dump()
        noise, bias = (
            next(float(value) for key, value in values.items() if key.startswith(kind))
            for kind in ("noise_std_", "bias_std_")
        )
        return noise, bias


class Gyro(Sensor):
    """Body rates."""

    noise_std_rps: RateError
    bias_std_rps: RateError


class Accelerometer(Sensor):
    """Specific force at the centre of mass."""

    noise_std_mps2: AccelerationError
    bias_std_mps2: AccelerationError


class StarTracker(Sensor):
    """Attitude, per axis."""

    noise_std_rad: AngleError
    bias_std_rad: AngleError


class PositionFix(Sensor):
    """Position in the world frame, per axis."""

    noise_std_m: PositionError
    bias_std_m: PositionError


class VelocityFix(Sensor):
    """Velocity in the world frame, per axis."""

    noise_std_mps: VelocityError
    bias_std_mps: VelocityError


class Sensors(Section):
    """Navigation sensors, and the rates of the housekeeping reports."""

    rates: Gyro
    acceleration: Accelerometer
    attitude: StarTracker
    position: PositionFix
    velocity: VelocityFix
    power_rate_hz: RateHz
    thermal_rate_hz: RateHz


class Component(Section):
    """A part of the bot, what it offers and what it needs from others."""

    type: Text
    provides: tuple[Name, ...] = ()
    consumes: tuple[Name, ...] = ()


class EventBus(Section):
    """The channels on which components talk."""

    channels: tuple[Name, ...]


class Can(Section):
    """Node ids on the CAN bus. How the bus is wired is the rig's matter."""

    controller_node_id: NodeId
    cluster_node_ids: Annotated[tuple[NodeId, ...], Field(min_length=CLUSTERS, max_length=CLUSTERS)]
    nav_node_id: NodeId
    power_node_id: NodeId
