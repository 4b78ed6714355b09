from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiki_hil.wire import Catalogue, from_smallest_three, smallest_three

component = st.floats(-1, 1)
quaternions = st.tuples(component, component, component, component).filter(
    lambda q: sum(c * c for c in q) > 1e-3
)
FRAME = Catalogue.shipped()["NAV_ATTITUDE"]


def unit(q: tuple[float, ...]) -> list[float]:
    norm = sqrt(sum(c * c for c in q))
    return [c / norm for c in q]


@given(quaternions)
def test_an_attitude_survives_being_taken_apart(q: tuple[float, float, float, float]) -> None:
    back = from_smallest_three(*smallest_three(q))
    assert isclose(abs(sum(a * b for a, b in zip(unit(q), back, strict=True))), 1, abs_tol=1e-9)


@given(quaternions)
def test_the_frame_turns_an_attitude_by_sixteen_arcseconds_at_most(
    q: tuple[float, float, float, float],
) -> None:
    largest, a, b, c = smallest_three(q)
    sent = FRAME.encode({"largest": largest, "small_a": a, "small_b": b, "small_c": c})
    got = FRAME.decode(sent)
    back = from_smallest_three(int(got["largest"]), got["small_a"], got["small_b"], got["small_c"])
    # The vector part of q* x back is half the rotation between them.
    x, y, z, w = unit(q)
    p = back
    error = (
        w * p[0] - x * p[3] - y * p[2] + z * p[1],
        w * p[1] + x * p[2] - y * p[3] - z * p[0],
        w * p[2] - x * p[1] + y * p[0] - z * p[3],
    )
    assert 2 * sqrt(sum(e * e for e in error)) < 16 * 4.85e-6


@given(st.integers(0, 3), component, component, component)
def test_any_payload_gives_a_finite_attitude(largest: int, a: float, b: float, c: float) -> None:
    assert all(abs(component) <= 1 for component in from_smallest_three(largest, a, b, c))


@pytest.mark.parametrize("q", [(0.0, 0.0, 0.0, 0.0), (float("nan"), 0, 0, 1), (1e200, 0, 0, 0)])
def test_a_quaternion_without_direction_is_refused(q: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="a finite quaternion of length 1 needed"):
        smallest_three(q)
