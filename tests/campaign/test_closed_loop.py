"""Closed-loop results change only on purpose: every flight is as committed."""

from collections.abc import Callable
from typing import get_args

import pytest

from qiki_hil.spec.control import Modulator
from tests.campaign.closed_loop import MODULATORS, TABLE, flights, names


@pytest.mark.parametrize("name", names())
def test_every_flight_is_as_committed(name: str, assert_as_committed: Callable[..., None]) -> None:
    assert_as_committed(TABLE, [flight.row() for flight in flights(name)])


def test_no_flight_is_committed_that_is_not_flown() -> None:
    left = {row["scenario"] for row in TABLE.read()} - set(names())
    assert not left, f"{TABLE.path.name}: delete the rows of {left}"


def test_every_modulator_of_a_bot_is_flown() -> None:
    union, _ = get_args(Modulator)
    kinds = {get_args(model.model_fields["kind"].annotation)[0] for model in get_args(union)}
    assert set(MODULATORS) == kinds
