"""`qiki-hil run`, end to end: what it prints, what it leaves, and how it exits."""

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from qiki_hil.command import shipped_profiles
from qiki_hil.rig import RigConfig
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec
from qiki_hil.store import RunStatus
from tests.runs import events, fly, only_run, recorded, records, summary_of, write_scenario


@pytest.mark.parametrize("rig", ["sim", "virtual"])
def test_the_demo_passes_at_full_speed_and_leaves_everything_behind(root: Path, rig: str) -> None:
    one = fly("run", "--rig", rig, "--speed", "max", "--runs", root, report=True)
    assert one.end() == 0, one.text + one.errors
    run = only_run(root)
    names = {path.name for path in run.path.iterdir()}
    assert names == {
        *("run.json", "spec.yaml", "rig.yaml", "scenario.yaml", "run.sqlite"),
        *("summary.json", "report.html", "report.png", "nats"),
    }
    manifest, spec = run.manifest, BotSpec.load("dodeca-01")
    assert manifest.status == RunStatus.PASSED
    assert (manifest.scenario, manifest.rig, manifest.speed) == ("demo", rig, "max")
    assert (manifest.seed, manifest.rate_hz) == (Scenario.load("demo").seed, 500)
    assert manifest.spec_hash == spec.hash == BotSpec.load(run.path / "spec.yaml").hash
    assert manifest.versions["python"] == platform.python_version()
    assert {"qiki-hil", "numpy", "python-can", "protobuf"} <= set(manifest.versions)
    assert Scenario.load(run.path / "scenario.yaml") == Scenario.load("demo")
    assert RigConfig.load(run.path / "rig.yaml") == RigConfig.load(rig)
    assert len(records(run)) == 24 * 500
    summary = json.loads((run.path / "summary.json").read_text())
    assert summary["passed"]
    assert summary["valves_closed"]
    assert summary["records"] == summary["ticks"] == 12_000
    assert summary["records_dropped"] == 0
    assert (run.path / "report.png").read_bytes().startswith(b"\x89PNG\r\n")
    assert "PASSED demo on" in one.text
    assert f"run: {run.path}" in one.text
    assert f"report: {run.path / 'report.html'}" in one.text


def test_the_events_of_a_run_are_in_order_and_say_how_it_went() -> None:
    found = events(recorded("--rig", "sim", "--speed", "max"))
    names = [event.WhichOneof("detail") for event in found]
    assert (names[0], names[-2:]) == ("run_started", ["expectation_judged", "run_ended"])
    assert [event.event_id for event in found] == sorted({event.event_id for event in found})
    assert [event.tick for event in found] == sorted(event.tick for event in found)
    assert found[-1].run_ended.valves_closed
    assert found[-1].run_ended.ticks == 1000


def test_commands_of_a_scenario_are_numbered_and_every_reply_names_its_command() -> None:
    found = events(recorded("--rig", "sim", "--speed", "max"), "command_replied")
    replies = [event.command_replied for event in found]
    actions = ["arm", "hold_pose", "fire_axis"]
    assert {reply.reply.command_id for reply in replies} == {1, 2, 3}
    for reply in replies:
        number = reply.reply.command_id
        assert reply.command.WhichOneof("action") == actions[number - 1]
        assert (reply.command.command_id, reply.command.source) == (number, "scenario")


def test_json_prints_one_object_and_nothing_else(root: Path, short: Path) -> None:
    one = fly("run", "--scenario", short, "--speed", "max", "--json", "--runs", root)
    assert one.end() == 0
    printed = json.loads(one.text)
    assert printed == json.loads((only_run(root).path / "summary.json").read_text())
    assert one.errors == ""


def test_without_a_terminal_plain_lines_tell_the_run(root: Path, short: Path) -> None:
    one = fly("run", "--scenario", short, "--speed", "max", "--runs", root, "--nats", "off")
    assert "\x1b" not in one.text
    assert "run started: short on sim at 500 Hz" in one.text
    assert "arm: accepted" in one.text
    assert "met     armed: true, wanted = true at 1 s" in one.text


def test_a_run_without_a_report_leaves_none_and_does_not_load_what_draws(
    root: Path, short: Path
) -> None:
    command = ["run", "--scenario", str(short), "--speed", "max", "--runs", str(root)]
    command += ["--nats", "off", "--no-report"]
    script = (
        "import atexit, sys; from qiki_hil.console.cli.main import main\n"
        "atexit.register(lambda: print('loaded:', 'matplotlib' in sys.modules))\n"
        f"sys.argv[1:] = {command}; main()"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    assert "PASSED short on sim" in printed
    assert "loaded: False" in printed
    assert "report: " not in printed
    assert not list(only_run(root).path.glob("report.*"))


def test_an_expectation_that_is_not_met_fails_the_run_with_1(root: Path, tmp_path: Path) -> None:
    text = (
        "name: hopeless\nduration_s: 1\nexpect:\n"
        "  - {name: flies, signal: armed, at_s: 0.5, equals: true}\n"
    )
    scenario = write_scenario(tmp_path / "hopeless.yaml", text)
    one = fly("run", "--scenario", scenario, "--speed", "max", "--runs", root, "--nats", "off")
    assert one.end() == 1
    assert "FAILED hopeless on sim: 0 of 1 expectations met" in one.text
    assert "NOT MET flies: false, wanted = true at 0.5 s" in one.text
    run = only_run(root)
    assert run.manifest.status == RunStatus.FAILED
    assert not json.loads((run.path / "summary.json").read_text())["passed"]
    assert not events(run, "expectation_judged")[0].expectation_judged.met


def test_rate_seed_bot_and_duration_are_those_that_were_asked_for(root: Path, short: Path) -> None:
    one = fly(
        *("run", "--scenario", short, "--speed", "max", "--runs", root, "--nats", "off"),
        *("--rate", 250, "--seed", 77, "--bot", "dodeca-table", "--duration", 3),
    )
    assert one.end() == 0, one.text + one.errors
    run = only_run(root)
    assert (run.manifest.rate_hz, run.manifest.seed) == (250, 77)
    assert run.manifest.spec_hash == BotSpec.load("dodeca-table").hash
    assert len(records(run)) == 750


@pytest.mark.serial("measures how long a real-time run takes")
def test_real_time_takes_its_time_and_says_what_the_kernel_granted() -> None:
    summary = summary_of(recorded("--rig", "sim", "--speed", 1))
    assert 1.99 < summary["wall_s"] < 4.0
    assert summary["records"] + summary["records_dropped"] == 1000
    assert [words.split(":")[0].split(" to ")[0] for words in summary["realtime_measures"]] == [
        *("SCHED_FIFO priority 80", "memory locked", "pinned"),
        *("timer slack 1 ns", "garbage collection off"),
    ]
    assert summary["timing"]["wakeup"]["p50_us"] > 0.0
    assert summary["timing"]["step"]["p50_us"] > 0.0


def test_the_serial_line_flies_in_real_time_and_its_valves_are_seen_closed() -> None:
    summary = summary_of(recorded("--rig", "slcan"))
    assert summary["valves_closed"]
    assert summary["rate_hz"] == 200
    assert summary["pulses_total"] > 0
    counters = summary["rig_counters"]
    assert counters["emulator_valves_open"] == 0
    assert counters["emulator_bad_crc"] == counters["bad_crc"] == 0
    assert counters["frames_received"] > 1000


def test_a_broker_that_is_not_there_costs_telemetry_and_nothing_else(
    root: Path, tmp_path: Path
) -> None:
    # Port 1 belongs to nobody here. The client goes on trying for two seconds before it says so.
    text = "name: calm\nduration_s: 4\n"
    scenario = write_scenario(tmp_path / "calm.yaml", text)
    one = fly("run", "--scenario", scenario, "--runs", root, "--nats", "nats://127.0.0.1:1")
    assert one.end() == 0
    assert "broker not connected" in one.text
    assert "telemetry connected: False" in one.text
    run = only_run(root)
    assert len(records(run)) == 2000
    assert not events(run, "broker_state_changed")[0].broker_state_changed.connected
    facts = json.loads((run.path / "summary.json").read_text())["telemetry"]
    assert facts["published"] == facts["snapshots_dropped"] + facts["events_lost"]
    assert "refused" in str(facts["last_error"]) or "Connect call failed" in facts["last_error"]
    assert not (run.path / "nats").exists()


def test_list_names_what_ships_and_runs_nothing(tmp_path: Path) -> None:
    one = fly("run", "--list", cwd=tmp_path)
    assert one.text == (
        f"rigs: {', '.join(RigConfig.shipped())}\nscenarios: {', '.join(Scenario.shipped())}\n"
        f"profiles: {', '.join(shipped_profiles())}\n"
    )
    assert list(tmp_path.iterdir()) == []
