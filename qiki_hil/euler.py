"""Roll, pitch and yaw for people; quaternions for everything else.

Convention: intrinsic Z-Y-X. The craft first yaws about its +Z (up), then pitches about its new
+Y (left), then rolls about its new +X (forward). Positive angles turn right-handed about the
axis, so a positive pitch lowers the nose and a positive yaw turns it to the left. Quaternions
are scalar-last (x, y, z, w), body to world.
"""

import math

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

# Nearer to a pitch of ±90° than this (rad), roll and yaw turn about one axis: all of it is yaw.
_GIMBAL = 1e-10


def xyzw_from_rpy_deg(roll: float, pitch: float, yaw: float) -> tuple[float, float, float, float]:
    """Unit quaternion of an attitude given in degrees."""
    half = [math.radians(angle) / 2.0 for angle in (roll, pitch, yaw)]
    (sr, sp, sy), (cr, cp, cy) = map(math.sin, half), map(math.cos, half)
    return (
        sr * cp * cy - cr * sp * sy,
        cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy,
        cr * cp * cy + sr * sp * sy,
    )


def rpy_deg_from_xyzw(xyzw: Float64) -> Float64:
    """Angles of unit quaternions: `(..., 4)` float64 to `(..., 3)` roll, pitch, yaw, degrees.

    Roll and yaw are in -180..180, pitch in -90..90. At a pitch of ±90° roll is 0.
    """
    x, y, z, w = np.moveaxis(np.asarray(xyzw, dtype=np.float64), -1, 0)
    # Half sum and half difference of roll and yaw, and the pitch, from well-conditioned parts:
    # Bernardes and Viollet, "Quaternion to Euler angles conversion" (PLoS ONE, 2022).
    low, high = np.hypot(w - y, x + z), np.hypot(w + y, x - z)
    half_sum, half_difference = np.arctan2(x + z, w - y), np.arctan2(x - z, w + y)
    half_sum = np.where(low < _GIMBAL, -half_difference, half_sum)
    half_difference = np.where(high < _GIMBAL, -half_sum, half_difference)
    angles = (
        half_sum + half_difference,
        2.0 * np.arctan2(high, low) - np.pi / 2.0,
        half_sum - half_difference,
    )
    return wrap_deg(np.degrees(np.stack(angles, axis=-1)))


def wrap_deg(angle: Float64) -> Float64:
    """The same angle in -180..180 degrees; what is inside already stays bit for bit."""
    return np.where(np.abs(angle) > 180.0, (angle + 180.0) % 360.0 - 180.0, angle)


def angle_between_deg(a_xyzw: Float64, b_xyzw: Float64) -> Float64:
    """Angle of the rotation between attitudes: two `(..., 4)` to `(...)`, degrees, 0..180.

    The vector part of the difference is used, so that small angles keep their digits.
    """
    ax, ay, az, aw = _parts(a_xyzw)
    bx, by, bz, bw = _parts(b_xyzw)
    x = aw * bx - bw * ax - (ay * bz - az * by)
    y = aw * by - bw * ay - (az * bx - ax * bz)
    z = aw * bz - bw * az - (ax * by - ay * bx)
    sine, cosine = np.sqrt(x * x + y * y + z * z), np.abs(ax * bx + ay * by + az * bz + aw * bw)
    return np.asarray(np.degrees(2.0 * np.arctan2(sine, cosine)), dtype=np.float64)


def _parts(xyzw: Float64) -> Float64:
    """`(..., 4)` to `(4, ...)`, each part for itself in memory."""
    return np.ascontiguousarray(np.moveaxis(np.asarray(xyzw, dtype=np.float64), -1, 0))
