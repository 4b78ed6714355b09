"""Cases: what is drawn, and the crafts that come of it."""

import json
import math

import numpy as np
import pytest

from qiki_hil.campaign import make_case
from qiki_hil.campaign.craft import dispersed, tilted
from qiki_hil.campaign.distributions import Distribution, Draws
from qiki_hil.errors import QikiError
from qiki_hil.spec import BotSpec


def nominal():
    return BotSpec.load("dodeca-01").core_json()


def test_a_case_depends_on_seed_and_number_alone(campaign):
    assert make_case(campaign, 5) == make_case(campaign.changed(cases=6), 5)
    assert make_case(campaign, 5).numbers != make_case(campaign, 6).numbers
    assert make_case(campaign, 5).numbers != make_case(campaign.changed(seed=8), 5).numbers


def test_what_one_dispersion_draws_does_not_depend_on_the_others():
    assert Draws(1, 2).uniform("a") == Draws(1, 2).uniform("a")
    draws = Draws(1, 2)
    draws.uniform("b")
    assert draws.uniform("a") == Draws(1, 2).uniform("a")


def test_the_draws_stay_what_they_are_from_version_to_version():
    assert Draws(7, 3).bits("seed", 63) == 2134707434342589345
    assert Draws(7, 3).uniform("thrust_percent.00") == 0.6977186170454163


def test_scenarios_take_turns(campaign):
    names = [make_case(campaign, index).scenario.name for index in range(3)]
    assert names == ["hop", "rest_to_rest_slew", "hop"]


def test_a_case_beyond_the_last_is_refused(campaign):
    with pytest.raises(QikiError, match=r"^case 12: the campaign has cases 0\.\.11$"):
        make_case(campaign, 12)


def test_the_controller_keeps_the_nominal_craft(campaign):
    case = make_case(campaign, 0)
    assert case.nominal_json == campaign.spec.core_json()
    assert case.truth_json != case.nominal_json


@pytest.mark.parametrize(
    ("distribution", "mean", "std"),
    [
        (Distribution(uniform=(1.0, 3.0)), 2.0, 2.0 / math.sqrt(12.0)),
        # Cut at three standard deviations, a normal distribution has 0.98658 of its own.
        (Distribution(normal=(5.0, 2.0)), 5.0, 2.0 * 0.98658),
    ],
)
def test_a_distribution_has_its_moments_and_keeps_its_ends(distribution, mean, std):
    values = np.array([distribution.at(Draws(1, case).uniform("x")) for case in range(20_000)])
    low, high = distribution.ends
    assert low <= values.min()
    assert values.max() <= high
    assert values.mean() == pytest.approx(mean, abs=4 * std / math.sqrt(len(values)))
    assert values.std() == pytest.approx(std, rel=0.02)


def test_without_numbers_the_craft_is_the_nominal_one():
    assert json.loads(dispersed(nominal(), {})) == json.loads(nominal())


def test_the_numbers_are_worked_into_the_craft():
    craft = json.loads(
        dispersed(
            nominal(),
            {
                "dry_mass_percent": 10.0,
                "com_m_body.y": 0.02,
                "thrust_percent.03": -5.0,
                "open_delay_ms.03": 2.0,
                "close_delay_ms.04": -50.0,
                "noise_scale.rates": 3.0,
            },
        )
    )
    before = json.loads(nominal())
    assert craft["mass"]["dry_kg"] == pytest.approx(1.1 * before["mass"]["dry_kg"])
    assert craft["mass"]["com_m_body"][1] == pytest.approx(0.02)
    assert craft["thrusters"][3]["thrust_max_n"] == pytest.approx(228.0)
    assert craft["thrusters"][3]["open_delay_s"] == pytest.approx(0.006)
    assert craft["thrusters"][4]["close_delay_s"] == 0.0
    assert craft["sensors"]["rates"]["noise_std"] == pytest.approx(0.0006)


def test_a_stretched_body_keeps_the_moments_of_a_body_that_can_be():
    numbers = {"inertia_percent.x": 300.0, "inertia_percent.y": -80.0}
    inertia = np.array(json.loads(dispersed(nominal(), numbers))["mass"]["inertia_kgm2"])
    second = np.trace(inertia) / 2 * np.eye(3) - inertia
    assert np.diag(second) == pytest.approx([400.0, 21.0, 110.0])
    assert (np.linalg.eigvalsh(second) > 0).all()


def test_a_tilt_leans_the_thrust_by_its_angle():
    direction = [0.0, 0.6, 0.8]
    leaned = tilted(direction, math.radians(2.0), 0.0)
    assert math.hypot(*leaned) == pytest.approx(1.0, abs=1e-15)
    assert math.degrees(math.acos(np.dot(direction, leaned))) == pytest.approx(2.0)
