"""The command grammar: what is understood, what is refused and how, and the way back to text."""

import contextlib
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qiki_hil._pb.qiki.commands.v1 import command_pb2 as pb
from qiki_hil.command import (
    COMMAND_HELP,
    CommandTextError,
    format_command,
    parse_command,
    unconfirmed,
)
from qiki_hil.command.segments import AXES, SEGMENTS_MAX
from qiki_hil.errors import CommandError
from qiki_hil.euler import angle_between_deg


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("arm", "arm"),
        ("disarm", "disarm"),
        ("safe", "safe"),
        ("brake", "brake"),
        ("hold", "hold_pose"),
        ("rcs.stop", "stop_thrust"),
        ("  BRAKE  ", "brake"),
    ],
)
def test_single_words_become_their_action_without_id_and_source(text, action):
    command = parse_command(text)
    assert command.WhichOneof("action") == action
    assert (command.command_id, command.source) == (0, "")


def test_goto_takes_metres_and_optional_degrees():
    pose = parse_command("goto 1 -2.5 3e-1").go_to_pose
    assert (pose.position_m_world.x, pose.position_m_world.y, pose.position_m_world.z) == (
        1.0,
        -2.5,
        0.3,
    )
    assert not pose.HasField("attitude_xyzw")
    pose = parse_command("goto 0 0 0 0 0 60").go_to_pose
    assert pose.attitude_xyzw.z == pytest.approx(math.sin(math.radians(30)))
    assert pose.attitude_xyzw.w == pytest.approx(math.cos(math.radians(30)))


def test_turn_leaves_the_position_alone():
    pose = parse_command("turn 0 0 180").go_to_pose
    assert not pose.HasField("position_m_world")
    assert pose.attitude_xyzw.z == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "level", "duration"),
    [
        ("rcs.up 50", 0.5, 1.0),
        ("rcs.up 100% 2", 1.0, 2.0),
        ("rcs.up 0 0.5s", 0.0, 0.5),
        ("rcs.fire up 12.5 300ms", 0.125, 0.3),
    ],
)
def test_a_push_has_a_level_and_a_duration(text, level, duration):
    fire = parse_command(text).fire_axis
    assert fire.axis == pb.BODY_AXIS_UP
    assert (fire.level_ratio, fire.duration_s) == (level, duration)


@pytest.mark.parametrize("axis", AXES)
def test_every_axis_has_its_word(axis):
    fire = parse_command(f"rcs.{axis} 10").fire_axis
    assert pb.BodyAxis.Name(fire.axis) == f"BODY_AXIS_{axis.upper()}"


def test_modes_are_asked_for_by_name():
    assert parse_command("mode Coast").set_mode.mode == pb.FLIGHT_MODE_COAST


@pytest.mark.parametrize(
    ("text", "mode", "confirmed"),
    [
        ("alloc auto", pb.ALLOCATION_MODE_AUTO, False),
        ("ALLOC Adaptive", pb.ALLOCATION_MODE_ADAPTIVE, False),
        ("alloc manual", pb.ALLOCATION_MODE_MANUAL_OVERRIDE, False),
        ("alloc manual confirm", pb.ALLOCATION_MODE_MANUAL_OVERRIDE, True),
    ],
)
def test_allocation_modes_are_asked_for_by_name(text, mode, confirmed):
    asked = parse_command(text).set_allocation_mode
    assert (asked.mode, asked.confirmed) == (mode, confirmed)


def test_nozzles_are_named_with_a_level_a_duration_and_a_confirmation():
    fire = parse_command("nozzles 3,7,15 50 300ms CONFIRM").fire_nozzles
    assert (list(fire.nozzles), fire.level_ratio, fire.duration_s) == ([3, 7, 15], 0.5, 0.3)
    assert fire.confirmed
    assert not parse_command("nozzles 0 100 1").fire_nozzles.confirmed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("alloc manual", "HAZARDOUS: it switches control off and opens nozzles by hand"),
        ("nozzles 3 50 1s", "HAZARDOUS: it opens these nozzles with nothing to hold the craft"),
        ("alloc manual confirm", ""),
        ("nozzles 3 50 1s confirm", ""),
        ("alloc auto", ""),
        ("alloc adaptive", ""),
        ("rcs.up 100", ""),
        ("brake", ""),
    ],
)
def test_a_hazardous_command_without_confirmation_is_told_how_to_confirm(text, words):
    said = unconfirmed(parse_command(text))
    assert said.startswith(words)
    assert bool(said) == bool(words)
    assert said.endswith("say it again with the word confirm at its end") or not said


def test_a_profile_is_a_list_of_segments():
    text = "profile forward 60 1s ramp_in=0.2 ramp_out=100ms; 0,3,4 20 500ms;"
    first, second = parse_command(text).thrust_profile.segments
    assert first.direction_body.x == 1.0
    assert (first.level_ratio, first.duration_s) == (0.6, 1.0)
    assert (first.ramp_in_s, first.ramp_out_s) == (0.2, 0.1)
    assert (second.direction_body.y, second.direction_body.z) == pytest.approx((0.6, 0.8))


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "a command is missing. Allowed: arm, disarm"),
        ("gotto 1 2 3", 1, "'gotto' is no command; did you mean 'goto'?"),
        ("goto 1 2", 9, "Z (m) is missing. Usage: goto X Y Z [ROLL PITCH YAW]"),
        ("goto 1 nan 3", 8, "Y must be a finite number (m), not 'nan'"),
        ("goto inf 2 3", 6, "X must be a finite number (m), not 'inf'"),
        ("goto 1e999 2 3", 6, "X must be within -1e+06..1e+06 m, not '1e999'"),
        ("goto 1 2 3 4", 13, "PITCH (deg) is missing"),
        ("goto 1_0 2 3", 6, "X must be a finite number (m), not '1_0'"),
        ("goto ١ 2 3", 6, "X must be a finite number"),
        ("turn 0 0 361", 10, "YAW must be within -360..360 deg, not '361'"),
        ("arm now", 5, "'now' is too much. Usage: arm"),
        ("rcs.up", 7, "PCT (0..100 %) is missing"),
        ("rcs.up 101", 8, "PCT must be within 0..100 %, not '101'"),
        ("rcs.up -1", 8, "PCT must be within 0..100 %, not '-1'"),
        ("rcs.up 50 0", 11, "DUR must be longer than 0 s, not '0'"),
        ("rcs.up 50 -1s", 11, "DUR must be within 0..3600 s or ms, not '-1s'"),
        ("rcs.up 50 5min", 11, "DUR must be a finite number (s or ms), not '5min'"),
        ("rcs.fire fwd 50", 10, "AXIS 'fwd' is not known; did you mean 'forward'?"),
        ("alloc", 6, "MODE (auto, adaptive, manual) is missing"),
        ("alloc manuel", 7, "MODE 'manuel' is not known; did you mean 'manual'?"),
        ("alloc manual yes", 14, "CONFIRMATION 'yes' is not known. Allowed: confirm"),
        ("alloc manual confirm now", 22, "'now' is too much. Usage: alloc MODE [confirm]"),
        ("nozzles", 8, "N,N,... is missing"),
        ("nozzles 3,16 50 1s", 9, "N must be whole numbers of 0..15, not '16'"),
        ("nozzles 3, 7 50 1s", 9, "N must be whole numbers of 0..15, not ''"),
        ("nozzles 3,+7 50 1s", 9, "N must be whole numbers of 0..15, not '+7'"),
        ("nozzles 3,7,3 50 1s", 9, "N 3 is given twice"),
        ("nozzles 3 50", 13, "DUR (1, 0.5s, 300ms) is missing"),
        ("nozzles 3 101 1s", 11, "PCT must be within 0..100 %, not '101'"),
        ("mode cost", 6, "NAME 'cost' is not known; did you mean 'coast'?"),
        ("profile", 8, "DIR is missing"),
        ("profile sideways 1 1", 9, "DIR 'sideways' is not known. Allowed: forward, aft"),
        ("profile 0,0,0 1 1", 9, "a direction must not be zero"),
        ("profile 1,2 1 1", 9, "DIR needs 3 numbers x,y,z, not '1,2'"),
        ("profile up 1 1 ramp_in=2", 9, "ramp_in + ramp_out = 2 s is longer than DUR = 1 s"),
        ("profile up 1 1 ramp=2", 16, "'ramp=2' is not ramp_in=DUR or ramp_out=DUR"),
        ("profile up 1 1 ramp_in=.1 ramp_in=.1", 27, "ramp_in is given twice"),
        ("profile up 1 1;; up 1 1", 16, "DIR ';' is not known"),
    ],
)
def test_a_broken_command_says_where_what_and_what_is_allowed(text, column, words):
    with pytest.raises(CommandTextError) as caught:
        parse_command(text)
    assert caught.value.column == column
    assert words in str(caught.value)
    assert f"column {column}: " in str(caught.value)
    assert isinstance(caught.value, CommandError)
    assert "\n" not in str(caught.value)


def test_a_profile_has_an_end():
    text = "profile " + "; ".join(["up 1 1"] * (SEGMENTS_MAX + 1))
    with pytest.raises(CommandError, match=f"at most {SEGMENTS_MAX} segments"):
        parse_command(text)


def test_an_endless_text_is_refused_and_not_repeated():
    with pytest.raises(CommandError, match="at most 4096 characters") as caught:
        parse_command("arm" * 5000)
    assert len(str(caught.value)) < 200


def test_a_profile_comes_from_a_file_of_texts_and_mappings(tmp_path):
    (tmp_path / "burn.yaml").write_text(
        "- forward 60 1s ramp_in=0.2\n"
        "- {direction: [0, 0, -2], level_pct: 30, duration_s: 0.5, ramp_out_s: 0.1}\n"
    )
    command = parse_command("profile burn.yaml", files=tmp_path)
    assert format_command(command) == (
        "profile forward 60 1s ramp_in=0.2s; down 30 0.5s ramp_out=0.1s"
    )


def test_a_broken_profile_file_reports_every_problem(tmp_path):
    (tmp_path / "bad.yaml").write_text(
        "- forward 60\n- {direction: up, level_pct: 130, duration_s: 0, ramps: 1}\n- up .nan 1\n"
    )
    with pytest.raises(CommandError) as caught:
        parse_command("profile bad.yaml", files=tmp_path)
    words = str(caught.value)
    assert "bad.yaml: 5 problem(s)" in words
    for line, part in (
        (1, "[0]: "),
        (2, "[1].level_pct: "),
        (2, "[1].duration_s: "),
        (2, "[1].ramps: unknown key; did you mean ramp_in_s?"),
        (3, "[2]: "),
    ):
        assert re.search(rf"- {re.escape(part)}.* \(line {line}\)$", words, re.MULTILINE), words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        ("[", "is not YAML"),
        ("{}", "must be a list"),
        ("[]", "has 0 segments; give 1..32"),
    ],
)
def test_a_profile_file_that_is_none_is_refused(tmp_path: Path, content, words):
    if content is not None:
        (tmp_path / "p.yaml").write_text(content)
    with pytest.raises(CommandError, match=words):
        parse_command("profile p.yaml", files=tmp_path)


def test_files_can_be_refused_altogether():
    with pytest.raises(CommandTextError, match="profile files are not read here"):
        parse_command("profile /etc/passwd.yaml", files=None)


def test_every_help_example_is_understood_and_every_action_has_one():
    actions = set()
    for entry in COMMAND_HELP:
        command = parse_command(entry.example)
        actions.add(command.WhichOneof("action"))
        assert entry.usage.startswith(entry.name)
        assert entry.meaning
    assert actions == {field.name for field in pb.Command.DESCRIPTOR.oneofs[0].fields}


numbers = st.floats(-1e6, 1e6).map(repr)
levels = st.floats(0.0, 100.0).map(repr)
durations = st.floats(1e-6, 3600.0).flatmap(
    lambda value: st.sampled_from([repr(value), f"{value!r}s", f"{value * 100:.9f}ms"])
)
degrees = st.floats(-360.0, 360.0).map(repr)
poses = st.tuples(numbers, numbers, numbers).map(lambda p: "goto " + " ".join(p))
turns = st.tuples(degrees, degrees, degrees).map(lambda p: "turn " + " ".join(p))
pushes = st.tuples(st.sampled_from(list(AXES)), levels, durations).map(
    lambda p: f"rcs.{p[0]} {p[1]} {p[2]}"
)
vectors = st.tuples(*[st.floats(0.01, 100.0)] * 3).map(lambda v: ",".join(map(repr, v)))
segments = st.tuples(
    st.sampled_from(list(AXES)) | vectors,
    levels,
    st.floats(1.0, 10.0),
    st.floats(0.0, 0.5),
    st.floats(0.0, 0.5),
).map(lambda s: f"{s[0]} {s[1]} {s[2]!r} ramp_in={s[3]!r} ramp_out={s[4]!r}")
profiles = st.lists(segments, min_size=1, max_size=8).map(lambda s: "profile " + "; ".join(s))
words = st.sampled_from(
    [
        *("arm", "disarm", "safe", "brake", "hold", "rcs.stop", "mode dock"),
        *("alloc auto", "alloc adaptive", "alloc manual", "alloc manual confirm"),
    ]
)
firings = st.tuples(
    st.lists(st.integers(0, 15), min_size=1, unique=True).map(lambda n: ",".join(map(str, n))),
    levels,
    durations,
    st.sampled_from(["", " confirm"]),
).map(lambda f: f"nozzles {f[0]} {f[1]} {f[2]}{f[3]}")


@settings(deadline=None)
@given(st.one_of(words, poses, pushes, profiles, firings))
def test_text_and_command_are_the_same_there_and_back(text):
    command = parse_command(text)
    assert parse_command(format_command(command)) == command


@settings(deadline=None)
@given(turns)
def test_an_attitude_comes_back_to_a_millionth_of_a_degree(text):
    before = parse_command(text).go_to_pose.attitude_xyzw
    after = parse_command(format_command(parse_command(text))).go_to_pose.attitude_xyzw
    quaternions = [np.array([q.x, q.y, q.z, q.w]) for q in (before, after)]
    assert angle_between_deg(*quaternions) < 1e-6


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_command_or_a_scenario_error(text):
    with contextlib.suppress(CommandError):
        parse_command(text, files=None)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (pb.Command(), "without an action"),
        (pb.Command(go_to_pose=pb.GoToPose()), "without position and attitude"),
        (pb.Command(go_to_pose=pb.GoToPose(attitude_xyzw=pb.Quaternion())), "zero length"),
        (pb.Command(fire_axis=pb.FireAxis(level_ratio=1, duration_s=1)), "without an axis"),
        (pb.Command(thrust_profile=pb.ThrustProfile()), "without segments"),
        (pb.Command(set_mode=pb.SetMode()), "not known"),
        (pb.Command(set_allocation_mode=pb.SetAllocationMode()), "not known"),
        (pb.Command(fire_nozzles=pb.FireNozzles(level_ratio=1)), "without nozzles"),
    ],
)
def test_a_command_that_no_text_can_give_says_so(command, words):
    with pytest.raises(CommandError, match=words):
        format_command(command)


def test_formatted_numbers_are_as_a_person_would_write_them():
    assert format_command(parse_command("goto 2 0 -0.5 0 0 60")) == "goto 2 0 -0.5 0 0 60"
    assert format_command(parse_command("rcs.aft 33.3 300ms")) == "rcs.aft 33.3 0.3s"
