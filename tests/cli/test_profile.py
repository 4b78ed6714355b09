"""`qiki-hil profile` and `qiki-hil run --profile`, end to end."""

import json
from pathlib import Path

import pytest

from qiki_hil.store import RunStatus
from tests.campaign.closed_loop import RATE_HZ, SHIPPED, TABLE
from tests.references import REL_TOL
from tests.runs import events, fly, only_run, summary_of


def test_a_preview_shows_time_speed_fuel_heat_and_limits(tmp_path: Path) -> None:
    one = fly("profile", "preview", "split_burn", cwd=tmp_path)
    assert one.end() == 0, one.errors
    for word in ("takes s", "delta-v", "fuel kg", "hot °C", "7.700", "forward 100"):
        assert word in one.text, one.text
    assert "limit: 3.00 s, segment 1: rests for 1.00 s, NOZZLE_RESTING" in one.text
    assert list(tmp_path.iterdir()) == []


def test_a_preview_is_one_json_object_where_asked(tmp_path: Path) -> None:
    one = fly("profile", "preview", "forward 60 1s; ztt.up 50 1s", "--json", cwd=tmp_path)
    assert one.end() == 0
    found = json.loads(one.text)
    (push,) = found["pushes"]
    assert (found["bot"], push["given"]) == ("dodeca-01", True)
    preview = push["preview"]
    assert [len(preview["segments"]), preview["end"], preview["limits"]] == [2, "given", []]
    assert preview["total"]["delta_v_mps_body"][0] == pytest.approx(0.913, abs=0.01)


def test_what_cannot_be_given_ends_with_one(tmp_path: Path) -> None:
    one = fly("profile", "preview", "forward 50 60s", cwd=tmp_path)
    assert one.end() == 1
    assert "not given in full, WORKING_MASS_LOW" in one.text
    one = fly("run", "--profile", "forward 50 60s", cwd=tmp_path)
    assert one.end() == 2
    assert "--dry-run shows all of it" in one.errors
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "burn.yaml"
    path.write_text("- {group: ftg.up, level_pct: 40, duration_s: 1}\n")
    one = fly("run", "--profile", path, "--dry-run", cwd=tmp_path)
    assert one.end() == 0, one.errors
    assert "ftg.up 40 1s" in one.text
    one = fly("run", "--scenario", "station_keeping", "--dry-run", cwd=tmp_path)
    assert one.end() == 0
    assert "nothing is pushed" in one.text
    assert list(tmp_path.iterdir()) == [path]


def test_a_profile_and_a_scenario_are_not_flown_at_once(tmp_path: Path) -> None:
    one = fly("run", "--profile", "split_burn", "--scenario", "demo", cwd=tmp_path)
    assert one.end() == 2
    assert "a run flies one of them" in one.errors


@pytest.mark.parametrize("profile", ["there_and_back", "split_burn", "by_groups"])
def test_a_shipped_profile_flies_as_its_preview_says(root: Path, profile: str) -> None:
    dry = fly("profile", "preview", profile, "--json")
    assert dry.end() == 0
    total = json.loads(dry.text)["pushes"][0]["preview"]["total"]
    one = fly("run", "--profile", profile, "--speed", "max", "--nats", "off", "--runs", root)
    assert one.end() == 0, one.text + one.errors
    run = only_run(root)
    assert run.manifest.status == RunStatus.PASSED
    replies = [event.command_replied.reply for event in events(run, "command_replied")]
    assert replies[-1].status == 3, "the effect is confirmed"
    spent_kg = summary_of(run)["propellant_kg"]
    committed = TABLE.row(f"profile {profile}", RATE_HZ, SHIPPED)
    assert spent_kg == pytest.approx(float(committed["propellant_used_kg"]), rel=REL_TOL)
    # Holding still before and after is not in the preview. Nor are the pulses against each other
    # by which a window of a push gets its exact mean.
    assert spent_kg > total["propellant_kg"]


def test_a_split_is_told_of_while_it_happens(root: Path) -> None:
    one = fly("run", "--profile", "split_burn", "--speed", "max", "--nats", "off", "--runs", root)
    assert one.end() == 0, one.text + one.errors
    assert "profile forward 100 5s: inhibited, NOZZLE_RESTING" in one.text


def test_what_ships_is_listed(tmp_path: Path) -> None:
    one = fly("run", "--list", cwd=tmp_path)
    assert one.end() == 0
    assert "profiles: by_groups, split_burn, there_and_back" in one.text
    one = fly("profile", "list", cwd=tmp_path)
    assert one.text.split() == ["by_groups", "split_burn", "there_and_back"]
