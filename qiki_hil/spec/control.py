"""Gains, limits and modulation of the controller."""

from qiki_hil.spec.quantities import NotNegative, Positive, Section


class AttitudeLimits(Section):
    """Limits of an eigen-axis slew."""

    rate_max_rps: Positive
    acceleration_max_rps2: Positive


class AttitudeControl(Section):
    """Quaternion feedback: natural frequency, damping ratio, slew limits."""

    bandwidth_rps: Positive
    damping: Positive
    limits: AttitudeLimits


class PositionControl(Section):
    """Position loop and the limits of a straight-line transfer."""

    bandwidth_rps: Positive
    damping: Positive
    speed_max_mps: Positive
    acceleration_max_mps2: Positive


class Pwpf(Section):
    """Pulse-width pulse-frequency modulation; input normalised to a nozzle's full thrust."""

    km: Positive
    tau_s: Positive
    u_on: Positive
    u_off: NotNegative


class ControlConfig(Section):
    """All that tunes the controller."""

    attitude: AttitudeControl
    position: PositionControl
    pwpf: Pwpf
    force_weight_per_n: Positive
    """Weight of one newton of force error in the allocation."""
    torque_weight_per_nm: Positive
    """Weight of one newton metre of torque error in the allocation."""
    rcs_power_max_w: Positive
    """Most electrical power of all nozzles at once, W."""
    nav_stale_s: Positive
    node_stale_s: Positive
