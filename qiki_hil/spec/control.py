"""Gains, limits and modulation of the controller."""

from typing import Annotated, Literal

from pydantic import Field

from qiki_hil.spec.quantities import (
    Acceleration,
    AngularAcceleration,
    AngularRate,
    Bandwidth,
    Damping,
    FilterGain,
    FilterLevel,
    FilterLevelOrNone,
    FilterTime,
    Flag,
    ForceWeight,
    ImpulseWidth,
    Ratio,
    Section,
    Speed,
    StaleTime,
    Torque,
    TorqueWeight,
    Watts,
)


class AttitudeLimits(Section):
    """Limits of an eigen-axis slew."""

    rate_max_rps: AngularRate
    acceleration_max_rps2: AngularAcceleration


class AttitudeControl(Section):
    """Quaternion feedback: natural frequency, damping ratio, slew limits."""

    bandwidth_rps: Bandwidth
    damping: Damping
    limits: AttitudeLimits


class PositionControl(Section):
    """Position loop and the limits of a straight-line transfer."""

    bandwidth_rps: Bandwidth
    damping: Damping
    speed_max_mps: Speed
    acceleration_max_mps2: Acceleration


class Pwpf(Section):
    """Pulse-width pulse-frequency modulation; input normalised to a nozzle's full thrust."""

    kind: Literal["pwpf"]
    km: FilterGain
    tau_s: FilterTime
    u_on: FilterLevel
    u_off: FilterLevelOrNone


class BangBang(Section):
    """Hysteresis around the impulse residual."""

    kind: Literal["bang_bang"]
    band_s: ImpulseWidth
    """Width of the hysteresis, s at full thrust: the shortest pulse and the shortest pause."""


class Schmitt(Section):
    """Shortest pulses, begun and ended by the impulse residual in parts of one."""

    kind: Literal["schmitt"]
    level_on: Ratio
    """Fires from here on, of the shortest pulse."""
    level_off: Ratio
    """Stops from here on, of the shortest pulse."""


class Remainder(Section):
    """Carries the impulse residual on until it makes a shortest pulse."""

    kind: Literal["remainder"]


Modulator = Annotated[Pwpf | BangBang | Schmitt | Remainder, Field(discriminator="kind")]
"""The firing rule of all nozzles that are on or off."""


class ControlConfig(Section):
    """All that tunes the controller."""

    attitude: AttitudeControl
    position: PositionControl
    modulator: Modulator
    differential_pulses: Flag
    """Whether a craft that holds still fires planned sets of pulses instead of the modulator's:
    nozzles that oppose each other, whose difference is less than a shortest pulse."""
    force_weight_per_n: ForceWeight
    """Weight of one newton of force error in the allocation."""
    torque_weight_per_nm: TorqueWeight
    """Weight of one newton metre of torque error in the allocation."""
    rcs_power_max_w: Watts
    """Most electrical power of all nozzles at once, W."""
    allocation_mode: Literal["auto", "adaptive"]
    """What the control loop allocates with until it is told otherwise."""
    manual_torque_max_nm: Torque
    """Most torque about the centre of mass of nozzles that are fired by hand, N·m."""
    nav_stale_s: StaleTime
    node_stale_s: StaleTime
    motion_evidence: Flag
    """Whether the craft's motion is evidence of what its nozzles do. Not so on a test stand."""
