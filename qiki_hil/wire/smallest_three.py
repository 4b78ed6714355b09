"""Attitude in 50 bits: the smallest three components of a unit quaternion."""

from collections.abc import Sequence
from math import sqrt

Quaternion = tuple[float, float, float, float]


def smallest_three(attitude_xyzw: Sequence[float]) -> tuple[int, float, float, float]:
    """Index of the component of greatest magnitude, then the other three in order.

    `attitude_xyzw` is any quaternion but zero, scalar last; q and -q are the same attitude, so
    the sign is chosen that makes the left-out component positive.
    Raises ValueError for a quaternion without a direction (zero, or not finite).
    """
    largest = max(range(4), key=lambda i: abs(attitude_xyzw[i]))
    norm = sqrt(sum(component * component for component in attitude_xyzw))
    if not 0.0 < norm < float("inf"):
        raise ValueError(f"attitude {tuple(attitude_xyzw)}: a finite quaternion of length 1 needed")
    scale = 1.0 / norm if attitude_xyzw[largest] > 0.0 else -1.0 / norm
    a, b, c = (attitude_xyzw[i] * scale for i in range(4) if i != largest)
    return largest, a, b, c


def from_smallest_three(largest: int, a: float, b: float, c: float) -> Quaternion:
    """The unit quaternion, scalar last, that `smallest_three` took apart."""
    rest = a * a + b * b + c * c
    w = sqrt(max(0.0, 1.0 - rest))
    if largest == 0:
        return w, a, b, c
    if largest == 1:
        return a, w, b, c
    if largest == 2:
        return a, b, w, c
    return a, b, c, w
