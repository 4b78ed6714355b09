"""Profiles as scenarios, and the words on what they would do."""

import pytest

from qiki_hil.app.profile_run import (
    limit_text,
    preview_push,
    profile_command,
    profile_scenario,
    pushes,
    why_not,
)
from qiki_hil.command import parse_command
from qiki_hil.errors import QikiError
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec

SPEC = BotSpec.load("dodeca-01")


def test_a_profile_becomes_a_scenario_that_loads_again() -> None:
    scenario = profile_scenario(SPEC, "there_and_back")
    assert Scenario.from_text(scenario.to_yaml(), "again", folder=None) == scenario
    assert [entry.do.split()[0] for entry in scenario.commands] == ["arm", "profile"]
    last = scenario.commands[-1]
    assert last.at_s + 4.0 < scenario.duration_s
    mode, speed = scenario.expect
    assert (mode.signal, mode.equals) == ("mode", "COAST")
    assert speed.within is not None
    assert speed.within.value == pytest.approx(0.0, abs=0.02)
    # Three percent of two changes by 0.73 m/s.
    assert speed.within.tolerance == pytest.approx(0.05 + 0.03 * 2 * 0.73, abs=0.005)


def test_a_profile_that_cannot_be_given_in_full_is_not_flown() -> None:
    with pytest.raises(QikiError, match=r"not given in full, WORKING_MASS_LOW at \d+\.\d s; --dry"):
        profile_scenario(SPEC, "forward 50 60s")


def test_a_profile_that_would_be_refused_says_when_it_would_be_allowed() -> None:
    power = SPEC.power.model_copy(update={"supercap_soc_init": 0.1})
    weak = SPEC.model_copy(update={"power": power})
    push = preview_push(weak, profile_command("forward 50 1s"))
    assert not push.given
    assert why_not(push) == (
        "refused, CAP_LOW; allowed when the supercapacitor is above its hold level again"
    )


def test_every_push_of_a_scenario_is_found() -> None:
    text = (
        "name: two\nduration_s: 20\ncommands:\n  - {at_s: 1, do: arm}\n"
        "  - {at_s: 2, do: rcs.up 20 1s}\n  - {at_s: 5, do: goto 1 0 0}\n"
        "  - {at_s: 9, do: profile aft 100 4s; forward 10 1s}\n"
    )
    found = pushes(SPEC, Scenario.from_text(text, "two", folder=None))
    assert [push.at_s for push in found] == [2.0, 9.0]
    assert found[1].segments == ["aft 100 4s", "forward 10 1s"]
    assert all(push.given for push in found)
    preview = found[1].preview
    assert preview is not None
    assert limit_text(preview.limits[0]) == "3.00 s, segment 1: rests for 1.00 s, NOZZLE_RESTING"


def test_a_scenario_without_pushes_has_none() -> None:
    assert pushes(SPEC, Scenario.load("station_keeping")) == []


def test_a_single_push_has_itself_as_its_segment() -> None:
    push = preview_push(SPEC, parse_command("rcs.forward 50 1s"))
    assert push.segments == ["rcs.forward 50 1s"]
    assert why_not(push) == ""
