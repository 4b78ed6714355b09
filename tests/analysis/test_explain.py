"""Reasons for an allocation, as numbers and on the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from qiki_hil.analysis import Availability, explain
from qiki_hil.console.cli.alloc import alloc
from qiki_hil.errors import QikiError
from qiki_hil.spec import BotSpec

SPEC = BotSpec.load("dodeca-01")
SMALL = ([100.0, 0.0, 0.0], [0.0, 0.0, 20.0])
HUGE = ([3000.0, 0.0, 0.0], [0.0, 0.0, 0.0])


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(alloc, ["explain", *map(str, arguments)])


@pytest.mark.parametrize("name", BotSpec.shipped())
def test_reduced_costs_say_why_each_nozzle_stands_where_it_does(name: str) -> None:
    found = explain(BotSpec.load(name), *SMALL)
    assert found.met
    for nozzle in found.nozzles:
        if nozzle.state == "between":
            assert nozzle.reduced_cost == pytest.approx(0.0, abs=1e-6)
        elif nozzle.state == "off":
            assert nozzle.reduced_cost > -1e-6
        else:
            assert nozzle.reduced_cost < 1e-6
    assert sum(n.share for n in found.nozzles) == pytest.approx(1.0)


def test_the_price_of_an_axis_is_what_the_next_newton_costs() -> None:
    before, after = explain(SPEC, *SMALL), explain(SPEC, [101.0, 0.0, 0.0], SMALL[1])
    price = {p.axis.name: p for p in before.prices}["Fx+"]
    assert price.thrust_n == pytest.approx(after.fuel_n - before.fuel_n, rel=1e-4)
    assert price.words == "one more newton forward costs 1.51 N of thrust"


def test_up_and_down_have_prices_of_their_own_where_nothing_pushes_yet() -> None:
    prices = {p.axis.name: p.thrust_n for p in explain(SPEC, [0, 0, 0], [0, 0, 0]).prices}
    assert all(price is not None and price > 0.0 for price in prices.values())


def test_out_of_reach_the_error_is_the_currency() -> None:
    found = explain(SPEC, *HUGE)
    assert found.status == "saturated"
    assert found.prices == ()
    scale = np.repeat([0.01, 0.02], 3)
    assert found.error_scaled == pytest.approx(np.linalg.norm(scale * found.error))
    for nozzle in found.nozzles:
        if nozzle.state == "between":
            assert nozzle.worth == pytest.approx(nozzle.cost, abs=1e-9)
        elif nozzle.state == "full":
            assert nozzle.worth > nozzle.cost
        else:
            assert nozzle.worth < nozzle.cost + 1e-9
    assert found.room() == "in its own direction 21.9% of the wrench can be had"


def test_along_keeps_the_direction_and_reaches_as_far_as_said() -> None:
    found = explain(SPEC, *HUGE, along=True)
    assert found.reach is not None
    np.testing.assert_allclose(found.allocated, found.reach * found.demanded, atol=1e-3)
    full = [n for n in found.nozzles if n.state == "full"]
    assert full
    assert all(n.worth > n.cost - 1e-6 for n in full)


def test_a_power_limit_that_binds_is_among_the_limits() -> None:
    data = SPEC.model_dump(mode="json")
    data["control"]["rcs_power_max_w"] = 4300.0
    tight = BotSpec.from_mapping(data)
    found = explain(tight, [0.0, 700.0, 0.0], [0.0, 0.0, 0.0])
    assert found.power_binds
    assert found.limits()[-1].startswith("electrical power: all 4300 W are used")
    between = [n for n in found.nozzles if n.state == "between"]
    assert between
    assert all(n.worth == pytest.approx(n.cost, abs=1e-7) for n in between)


def test_what_is_stuck_open_is_worked_against_and_named() -> None:
    found = explain(SPEC, *SMALL, Availability.of(out=[3], stuck_open=[7]))
    assert found.met
    assert found.nozzles[7].thrust_n == 240.0
    assert found.nozzles[7].words.startswith("stuck")
    assert found.nozzles[3].state == "out"
    assert "out: 3; stuck open: 7" in found.limits()


def test_what_cannot_be_cancelled_leaves_no_room() -> None:
    others = [n for n in range(16) if n != 7]
    found = explain(SPEC, *SMALL, Availability.of(out=others, stuck_open=[7]))
    assert found.reach is None
    assert "cannot be cancelled" in found.room()


def test_stuck_nozzles_beyond_the_power_limit_are_an_error() -> None:
    with pytest.raises(QikiError, match=r"no allocation \(bad_input\).*67200 W.*45000 W"):
        explain(SPEC, *SMALL, Availability.of(stuck_open=range(16)))


def test_the_command_prints_nozzles_reasons_prices_and_a_picture() -> None:
    result = run("--force", "100,0,0", "--torque", "0,0,20")
    assert result.exit_code == 0
    for words in (
        "✓ met",
        "fuel 133.86 N of thrust from 6 nozzles",
        "worth what it costs",
        "one more newton forward costs 1.51 N of thrust",
        "could grow to 6.83 times",
        "side: +X right, +Z up",
        "←14",
    ):
        assert words in result.output
    assert "⊙12" not in result.output, "only plumes of nozzles that push are drawn"


def test_the_command_says_when_a_wrench_is_out_of_reach() -> None:
    result = run("--force", "3000,0,0", "--bot", "dodeca-table")
    assert result.exit_code == 0
    assert "✗ out of reach: the nearest that can be had" in result.output
    assert "! at full thrust: nozzle" in result.output


def test_as_json_it_is_one_object() -> None:
    shown = json.loads(run("--torque", "0,0,20", "--out", "3", "--out", "5", "--json").stdout)
    assert shown["status"] == "optimal"
    assert shown["out"] == [3, 5]
    assert shown["wrench_allocated"] == pytest.approx([0, 0, 0, 0, 0, 20], abs=1e-5)
    assert len(shown["nozzles"]) == 16
    assert shown["prices"]["Tz+"]["thrust_n"] > 0.0


def test_the_drawing_is_a_png(tmp_path: Path) -> None:
    file = tmp_path / "why.png"
    assert run("--force", "100,0,0", "--open", "7", "--png", file).exit_code == 0
    assert file.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--force", "1,2"], "--force: '1,2' given; three numbers with commas are needed"),
        (["--torque", "a,b,c"], "--torque: 'a,b,c' given; three numbers"),
        (["--force", "nan,0,0"], "--force: 'nan,0,0' given; numbers up to ±1e+09 are needed"),
        (["--out", "16"], "nozzle 16: does not exist; 0 to 15 do"),
        (["--out", "3", "--open", "3"], "nozzle 3: given as out and as open; give one"),
        (["--force", "1,0,0", "--png", "/nowhere/a.png"], "cannot write the drawing"),
    ],
)
def test_what_cannot_be_understood_is_an_error_that_says_so(
    arguments: list[str], words: str
) -> None:
    result = run(*arguments)
    assert isinstance(result.exception, QikiError)
    assert words in str(result.exception)
