"""What a craft can do, and when the alarm goes."""

import itertools
import json

import numpy as np
import pytest
from click.testing import CliRunner, Result

from qiki_hil.analysis import Availability, controllability
from qiki_hil.analysis.axes import HALF_AXES
from qiki_hil.console.cli.alloc import alloc
from qiki_hil.kernels import Allocator
from qiki_hil.spec import BotSpec
from qiki_hil.spec.authority import WrenchSet

SPEC = BotSpec.load("dodeca-01")
OTHERS = [n for n in range(16) if n != 7]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(alloc, ["report", *arguments])


@pytest.mark.parametrize("name", BotSpec.shipped())
def test_reach_is_that_of_the_exact_set_of_wrenches_where_power_does_not_limit(name: str) -> None:
    data = BotSpec.load(name).model_dump(mode="json")
    for thruster in data["thrusters"]:
        thruster["power_w_per_n"] = 1.0
    spec = BotSpec.from_mapping(data)
    exact = WrenchSet(spec.effectiveness, spec.thrust_max_n)
    found = controllability(spec)
    assert found.rank == 6
    for axis, reach in zip(HALF_AXES, found.reach, strict=True):
        assert reach == pytest.approx(exact.reach(axis.wrench()), rel=1e-6)


@pytest.mark.parametrize("name", BotSpec.shipped())
def test_with_any_one_nozzle_out_every_direction_is_left(name: str) -> None:
    found = controllability(BotSpec.load(name))
    assert not found.alarm
    assert [loss.nozzle for loss in found.losses] == list(range(16))
    for loss in found.losses:
        assert loss.lost == ()
        row = HALF_AXES.index(loss.worst)
        assert loss.part == pytest.approx(1.0 - loss.reach[row] / found.reach[row])
        assert loss.part == pytest.approx(float(np.max(1.0 - loss.reach / found.reach)))


def test_the_alarm_goes_exactly_when_some_direction_cannot_be_pushed_along() -> None:
    dice = np.random.default_rng(3)
    alarms = 0
    for count in (4, 5, 6, 7):
        for _ in range(15):
            out = dice.choice(16, count, replace=False).tolist()
            left = [n for n in range(16) if n not in out]
            exact = WrenchSet(SPEC.effectiveness[:, left], SPEC.thrust_max_n[left])
            found = controllability(SPEC, Availability.of(out))
            assert found.alarm == (exact.unreachable() is not None), out
            alarms += found.alarm
    assert 0 < alarms < 60


def test_reach_with_a_stuck_nozzle_is_on_top_of_cancelling_it() -> None:
    availability = Availability.of(stuck_open=[7])
    found = controllability(SPEC, availability)
    assert found.cancelled
    allocator, bounds = Allocator.from_spec(SPEC), availability.bounds(SPEC.thrust_max_n)
    for axis, reach in zip(HALF_AXES, found.reach, strict=True):
        assert allocator.solve(axis.wrench(reach * 0.9999), *bounds).status == "optimal"
        assert allocator.solve(axis.wrench(reach * 1.0001), *bounds).status == "saturated"


def test_what_is_stuck_and_cannot_be_cancelled_leaves_nothing() -> None:
    found = controllability(SPEC, Availability.of(OTHERS, [7]))
    assert not found.cancelled
    assert found.alarm
    assert found.rank == 0
    assert not found.reach.any()


def test_the_report_names_reach_losses_and_verdict() -> None:
    result = run()
    assert result.exit_code == 0
    assert "all nozzles work; rank 6 of 6" in result.output
    assert "657.0 N" in result.output
    assert "✓ every direction can be had, also with any one nozzle more out" in result.output


def test_the_report_warns_of_nozzles_that_may_not_go_too() -> None:
    result = run("--out", "0", "--open", "7")
    assert result.exit_code == 0
    assert "! every direction can be had, but not without nozzle 1, 5" in result.output
    assert "on top of cancelling what is stuck open" in result.output


def test_a_lost_direction_is_an_alarm_in_words_and_exit_code() -> None:
    six = [part for n in range(6) for part in ("--out", str(n))]
    result = run(*six)
    assert result.exit_code == 1
    assert "✗ ALARM: nothing can be had along any axis" in result.output
    shown = json.loads(run(*six, "--json").stdout)
    assert shown["alarm"] is True
    assert shown["lost"] == [axis.name for axis in HALF_AXES]


def test_what_cannot_be_cancelled_is_an_alarm_of_its_own() -> None:
    outs = itertools.chain.from_iterable(("--out", str(n)) for n in OTHERS)
    result = run(*outs, "--open", "7")
    assert result.exit_code == 1
    assert "what is stuck open cannot be cancelled" in result.output
