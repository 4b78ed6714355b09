"""Campaign files: what ships, what is wrong, and that a copy means the same."""

from pathlib import Path

import pytest

from qiki_hil.campaign import Campaign, make_case
from qiki_hil.campaign.dispersions import QUANTITIES
from qiki_hil.errors import CampaignFileError, QikiError

PAGE = (Path(__file__).parents[2] / "docs" / "campaigns.md").read_text(encoding="utf-8")

BROKEN = """\
name: Bad Name
cases: 0
colour: red
bot: nope
scenarios: [demo, nosuch]
dispersions:
  dry_mas_percent: {normal: [0, 1]}
  dry_mass_percent: {normal: [0, 50]}
  com_m_body: {normal: [0, 1], uniform: [0, 1]}
  thrust_percent: {uniform: [2, 1]}
  noise_scale: {gauss: [0, 1]}
faults:
  - {kind: stuck_opn, at_s: 3}
  - {kind: stuck_open, at_s: {uniform: [3, 50]}}
  - {kind: stuck_open, at_s: 3, among: [16]}
  - {kind: lost_frames, at_s: 3}
"""


@pytest.mark.parametrize("name", Campaign.shipped())
def test_a_shipped_campaign_loads_and_is_on_the_page(name):
    assert Campaign.load(name).entries.name == name
    assert f"`{name}`" in PAGE


def test_these_campaigns_ship():
    assert Campaign.shipped() == ["dispersed_demo", "failing_nozzles", "hold", "unlike_valves"]


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_quantity_is_on_the_page(quantity):
    assert f"`{quantity}`" in PAGE


def test_every_problem_is_reported_at_once_with_its_line_and_path(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN)
    with pytest.raises(CampaignFileError) as caught:
        Campaign.load(path)
    said = caught.value.problems
    beginnings = [
        (1, "name: must be a letter a-z and up to 63 more"),
        (2, "cases: must be greater than or equal to 1, got 0"),
        (3, "colour: unknown key; allowed: bot, cases, description, dispersions,"),
        (4, "bot: bot 'nope' does not ship with the package"),
        (5, "scenarios[1]: scenario 'nosuch' does not ship with the package"),
        (7, "dispersions.dry_mas_percent: cannot be dispersed; did you mean 'dry_mass_percent'"),
        (8, "dispersions.dry_mass_percent: goes from -150 to 150; -90..1000 allowed"),
        (9, "dispersions.com_m_body: needs one of uniform: [low, high] and normal:"),
        (10, "dispersions.thrust_percent: uniform: low 2 is above high 1"),
        (11, "dispersions.noise_scale.gauss: unknown key; allowed: normal, uniform"),
        (13, "faults[0]: kind: 'stuck_opn' is no fault; did you mean 'stuck_open'?"),
        (14, "faults[1].at_s: must be before the end of every scenario (24 s), not up to 50"),
        (15, "faults[2]: among: nozzle needed (0..15), not [16]"),
        (16, "faults[3]: among: is missing: the percents to draw from, such as [5, 10]"),
    ]
    assert len(said) == len(beginnings), said
    for problem, (line, beginning) in zip(said, beginnings, strict=True):
        assert problem.startswith(beginning)
        assert problem.endswith(f"(line {line})")


def test_a_name_that_does_not_ship_is_told_what_does():
    with pytest.raises(QikiError, match=r"campaign 'demo' does not ship.*Allowed: dispersed_demo"):
        Campaign.load("demo")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(QikiError, match=r"none\.yaml: cannot be read: No such file"):
        Campaign.load(tmp_path / "none.yaml")


def test_a_kept_copy_flies_the_same_cases(campaign, tmp_path):
    places = [f"./copy-{scenario.name}.yaml" for scenario in campaign.scenarios]
    for place, scenario in zip(places, campaign.scenarios, strict=True):
        (tmp_path / place).write_text(scenario.to_yaml())
    (tmp_path / "spec.yaml").write_text(campaign.spec.to_yaml())
    (tmp_path / "copy.yaml").write_text(campaign.to_yaml("./spec.yaml", places))
    copy = Campaign.load(tmp_path / "copy.yaml")
    for index in range(campaign.entries.cases):
        assert make_case(copy, index) == make_case(campaign, index)
