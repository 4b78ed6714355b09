"""Scenario files: loading, problems, the timeline, and the scenarios that ship."""

import math
import os

import pytest

from qiki_hil import kernels
from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.command import format_command
from qiki_hil.errors import ScenarioError, ScenarioFileError
from qiki_hil.rig import base as rig_base
from qiki_hil.scenario import Scenario
from qiki_hil.scenario.fault_kinds import FAULT_KINDS, rig_fault

SHIPPED = [
    "auto_sets",
    "brake_override",
    "demo",
    "manual_override",
    "rest_to_rest_slew",
    "station_keeping",
    "thruster_stuck_closed",
    "translate_10m",
]


def load(text: str) -> Scenario:
    return Scenario.from_text(text, "test.yaml", folder=None)


def problems(text: str) -> list[str]:
    with pytest.raises(ScenarioFileError) as caught:
        load(text)
    return caught.value.problems


def test_the_shipped_scenarios_are_these():
    assert Scenario.shipped() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_loads_by_name_expects_something_and_arms(name):
    scenario = Scenario.load(name)
    assert scenario.name == name
    assert scenario.description
    assert scenario.expect
    assert any(entry.do == "arm" for entry in scenario.commands)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_scenario_written_out_is_the_same_scenario(name):
    scenario = Scenario.load(name)
    assert load(scenario.to_yaml()) == scenario


def test_an_unknown_name_says_what_ships():
    with pytest.raises(ScenarioError) as caught:
        Scenario.load("dmo")
    assert "did you mean 'demo'?" in str(caught.value)
    assert "station_keeping" in str(caught.value)


def test_a_path_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ScenarioError, match=r"none\.yaml: cannot be read: No such file"):
        Scenario.load(tmp_path / "none.yaml")


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    (tmp_path / "big.yaml").write_text("a" * (1024 * 1024 + 1))
    for name, words in (
        (".", "is a directory"),
        ("fifo.yaml", "is not a regular file; give a YAML file"),
        ("loop.yaml", "cannot be read: Too many levels of symbolic links"),
        ("big.yaml", "is larger than 1024 KiB"),
    ):
        with pytest.raises(ScenarioError, match=words):
            Scenario.load(tmp_path / name)


def test_a_scenario_from_a_file_finds_its_profile_beside_it_and_keeps_it(tmp_path):
    (tmp_path / "burn.yaml").write_text("- forward 60 1s\n")
    (tmp_path / "mine.yaml").write_text(
        "name: mine\nduration_s: 5\ncommands:\n  - {at_s: 1, do: profile burn.yaml}\n"
    )
    scenario = Scenario.load(str(tmp_path / "mine.yaml"))
    assert scenario.commands[0].do == "profile forward 60 1s"


def test_start_values_come_in_the_units_of_the_plant():
    scenario = load(
        "name: a\nduration_s: 1\n"
        "initial: {attitude_rpy_deg: [0, 0, 90], rates_dps_body: [180, 0, 0]}\n"
    )
    assert scenario.initial.attitude_xyzw == pytest.approx((0, 0, math.sqrt(0.5), math.sqrt(0.5)))
    assert scenario.initial.rates_rps_body == pytest.approx((math.pi, 0, 0))
    assert scenario.initial.position_m_world == (0.0, 0.0, 0.0)


def test_the_timeline_puts_commands_and_faults_on_ticks():
    scenario = load(
        "name: a\nduration_s: 2\n"
        "commands:\n"
        "  - {at_s: 1.0, do: brake}\n"
        "  - {at_s: 0.5, do: arm}\n"
        "faults:\n"
        "  - {at_s: 0.5, kind: stuck_closed, nozzle: 3, until_s: 1.001}\n"
        "  - {at_s: 1.5, kind: nav_dropout, sensor: rates}\n"
    )
    timeline = scenario.timeline(0.002)
    assert [tick for tick, _ in timeline] == [250, 250, 500, 501, 750]
    fault, arm, brake, healed, sensor = (item for _, item in timeline)
    assert fault == link_pb2.RigFault(kind="stuck_closed", target=3, active=True)
    assert healed == link_pb2.RigFault(kind="stuck_closed", target=3, active=False)
    assert sensor == link_pb2.RigFault(kind="nav_dropout", sensor="rates", active=True)
    assert isinstance(arm, command_pb2.Command)
    assert [format_command(arm), format_command(brake)] == ["arm", "brake"]
    assert scenario.ticks(0.002) == 1000


def test_commands_at_one_moment_come_one_a_tick_in_their_order():
    scenario = load(
        "name: a\nduration_s: 2\ncommands:\n"
        "  - {at_s: 0.1, do: arm}\n  - {at_s: 0.1, do: hold}\n  - {at_s: 0.102, do: brake}\n"
    )
    timeline = [(tick, format_command(item)) for tick, item in scenario.timeline(0.002)]
    assert timeline == [(50, "arm"), (51, "hold"), (52, "brake")]


@pytest.mark.parametrize("rate_hz", [200, 300, 500, 700, 1000])
def test_a_moment_falls_on_the_first_tick_that_does_not_start_before_it(rate_hz):
    scenario = load(
        "name: a\nduration_s: 10\ncommands:\n"
        + "".join(f"  - {{at_s: {n / 10}, do: hold}}\n" for n in range(1, 100))
    )
    ticks = [tick for tick, _ in scenario.timeline(1.0 / rate_hz)]
    assert ticks == [math.ceil(n * rate_hz / 10) for n in range(1, 100)]


def test_every_fault_of_a_scenario_is_one_that_rigs_know():
    assert tuple(FAULT_KINDS) == tuple(kernels.FAULT_KINDS)
    targets = {"nozzle": 15, "cluster": 3, "sensor": "all", "percent": 100}
    for kind, fault in FAULT_KINDS.items():
        message = rig_fault(kind, targets[fault.target], active=True)
        rig_base.Fault(message.kind, message.target, message.sensor, message.active).check()


BROKEN = """\
name: Bad Name
duration_s: 10
duration_s: 12
sede: 3
initial: {position_m_world: [1, .inf, true], spin: 3}
commands:
  - {at_s: 12, do: arm}
  - {at_s: -1, do: gotto 1 2 3}
  - {at_s: .nan, do: goto 1 nan 3}
  - {at: 3, do: 5}
faults:
  - {at_s: 3, kind: stuck_close, nozzle: 0}
  - {at_s: 3, kind: stuck_closed, nozzle: 16, until_s: 2}
  - {at_s: 3, kind: nav_dropout, sensor: gyro}
  - {at_s: 3, kind: stuck_open, cluster: 1}
expect:
  - {name: a, signal: pos_error_m, at_s: 3, max: 1}
  - {name: a, signal: mode, from_s: 3, to_s: 30, max: 1}
  - {name: c, signal: mode, equals: SAVE, at_s: 1, from_s: 2}
  - {name: d, signal: speed_mps, equals: fast, reduce: median}
  - {name: e, signal: armed, equals: 1}
  - {name: f, signal: yaw_deg, within: {value: 3}, min: 3}
  - {name: g, signal: inhibit_reason, equals: NONE, reduce: rms, from_s: 3, to_s: 3}
"""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (1, "name: "),
        (2, "duration_s: given twice, lines 2 and 3; keep one"),
        (4, "sede: unknown key; did you mean seed?"),
        (5, "initial.position_m_world[1]: must be a finite number, got inf"),
        (5, "initial.position_m_world[2]: must be a valid number, got True"),
        (5, "initial.spin: unknown key; allowed: attitude_rpy_deg, position_m_world"),
        (7, "commands[0].at_s: must be before the end (duration_s = 10), not 12"),
        (8, "commands[1].at_s: must be greater than or equal to 0, got -1"),
        (8, "commands[1].do: \"gotto 1 2 3\", column 1: 'gotto' is no command"),
        (9, "commands[2].at_s: must be a finite number, got nan"),
        (9, 'commands[2].do: "goto 1 nan 3", column 8: Y must be a finite number'),
        (10, "commands[3].at: unknown key; did you mean at_s?"),
        (10, "commands[3].at_s: missing"),
        (10, "commands[3].do: must be a valid string, got 5"),
        (12, "faults[0].kind: 'stuck_close' is no fault; did you mean 'stuck_closed'?"),
        (13, "faults[1].nozzle: must be less than 16, got 16"),
        (13, "faults[1].until_s: must be later than at_s = 3, not 2"),
        (14, "faults[2].sensor: 'gyro' is no sensor. Allowed: rates"),
        (15, "faults[3]: stuck_open needs 'nozzle' alone, not cluster"),
        (17, "expect[0].signal: 'pos_error_m' is no signal; did you mean 'position_error_m'?"),
        (18, "expect[1]: mode has no order: it takes equals, not max"),
        (18, "expect[1].name: 'a' is the name of two expectations"),
        (18, "expect[1].to_s: must be not after the end (duration_s = 10), not 30"),
        (19, "expect[2]: takes at_s, or from_s and to_s, not both"),
        (19, "expect[2].equals: mode is never 'SAVE'; did you mean 'SAFE'?"),
        (20, "expect[3].equals: speed_mps is a number, not 'fast'"),
        (20, "expect[3].reduce: must be 'max', 'min'"),
        (21, "expect[4].equals: armed is true or false, not 1"),
        (22, "expect[5]: needs one of max, min, equals, within, not min and within"),
        (22, "expect[5].within.tolerance: missing"),
        (23, "expect[6].reduce: inhibit_reason takes last, any or all, not 'rms'"),
        (23, "expect[6].to_s: must be later than from_s = 3, not 3"),
    ],
)
def test_all_problems_come_at_once_with_line_and_path(line, words):
    found = problems(BROKEN)
    right = [p for p in found if p.startswith(words) and p.endswith(f" (line {line})")]
    assert right, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "is not YAML"),
        ("- 1", "must be a mapping"),
        ("", "is empty; give name, duration_s"),
        ("a: &x 1\nb: *x\n", "aliases"),
        ("name: 2024-99-99", "name: must be a letter a-z and up to"),
        ("{" * 200, "is nested too deeply; 32 levels"),
        ("[" * 3000, "is nested too deeply; 32 levels"),
    ],
)
def test_what_is_no_scenario_at_all_is_a_scenario_error(text, words):
    with pytest.raises(ScenarioError, match=words):
        load(text)


def test_a_scenario_needs_a_name_and_a_duration():
    assert problems("description: x\n") == [
        "name: missing",
        "duration_s: missing",
    ]
