"""Angles to quaternions and back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qiki_hil.euler import (
    angle_between_deg,
    rpy_deg_from_xyzw,
    wrap_deg,
    xyzw_from_rpy_deg,
)

angles = st.floats(-360.0, 360.0)


def rotate(xyzw: tuple[float, ...], vector: list[float]) -> np.ndarray:
    x, y, z, w = xyzw
    u, v = np.array([x, y, z]), np.array(vector)
    return v + 2.0 * np.cross(u, np.cross(u, v) + w * v)


@pytest.mark.parametrize(
    ("rpy", "forward", "up"),
    [
        ((0, 0, 90), [0, 1, 0], [0, 0, 1]),
        ((0, 90, 0), [0, 0, -1], [1, 0, 0]),
        ((90, 0, 0), [1, 0, 0], [0, -1, 0]),
        # Yaw first: the pitch is about the left side that the yaw has turned.
        ((0, 90, 90), [0, 0, -1], [0, 1, 0]),
    ],
)
def test_a_positive_angle_turns_right_handed_in_the_order_yaw_pitch_roll(rpy, forward, up):
    xyzw = xyzw_from_rpy_deg(*rpy)
    np.testing.assert_allclose(rotate(xyzw, [1, 0, 0]), forward, atol=1e-15)
    np.testing.assert_allclose(rotate(xyzw, [0, 0, 1]), up, atol=1e-15)


@settings(deadline=None)
@given(angles, angles, angles)
def test_angles_read_back_from_a_quaternion_give_the_same_attitude(roll, pitch, yaw):
    xyzw = np.array(xyzw_from_rpy_deg(roll, pitch, yaw))
    back = rpy_deg_from_xyzw(xyzw)
    again = np.array(xyzw_from_rpy_deg(*back))
    assert np.all(np.abs(back) <= [180.0, 90.0, 180.0])
    assert angle_between_deg(xyzw, again) < 1e-7


@pytest.mark.parametrize("pitch", [90.0, -90.0])
def test_straight_up_and_down_have_no_roll(pitch):
    back = rpy_deg_from_xyzw(np.array(xyzw_from_rpy_deg(25.0, pitch, 40.0)))
    np.testing.assert_allclose(back[:2], [0.0, pitch], atol=1e-6)


def test_small_angles_between_attitudes_keep_their_digits():
    a, b = np.array(xyzw_from_rpy_deg(0, 0, 0)), np.array(xyzw_from_rpy_deg(0, 0, 1e-7))
    assert angle_between_deg(a, b) == pytest.approx(1e-7, rel=1e-9)
    assert angle_between_deg(a, -b) == pytest.approx(1e-7, rel=1e-9)


def test_wrapping_leaves_what_is_inside_and_turns_what_is_not():
    np.testing.assert_array_equal(
        wrap_deg(np.array([0.1, -180.0, 190.0, -200.0])),
        [
            0.1,
            -180.0,
            -170.0,
            160.0,
        ],
    )
