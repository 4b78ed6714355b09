"""Thrust profiles: groups, files, names."""

from pathlib import Path

import pytest

from qiki_hil._pb.qiki.commands.v1 import command_pb2 as pb
from qiki_hil.command import format_command, load_profile, parse_command, shipped_profiles
from qiki_hil.command.segments import AXES, GROUPS
from qiki_hil.errors import CommandError

PAGE = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text(encoding="utf-8")


def segments(text: str) -> list[pb.ThrustSegment]:
    return list(parse_command(f"profile {text}").thrust_profile.segments)


def test_every_set_of_the_thrust_map_along_an_axis_has_a_word() -> None:
    assert set(GROUPS) == {f"{kind}.{axis}" for kind in ("ztt", "ftg") for axis in AXES}
    for word, group in GROUPS.items():
        name = pb.ThrustGroup.Name(group)
        assert name == f"THRUST_GROUP_{word.replace('.', '_').upper()}"
        (segment,) = segments(f"{word.upper()} 50 1s")
        assert segment.group == group
        assert not segment.HasField("direction_body")


def test_a_group_is_written_as_it_is_read() -> None:
    text = "profile ztt.up 40 2s ramp_in=0.5s; forward 10 1s; ftg.aft 100 300ms"
    command = parse_command(text)
    written = format_command(command)
    assert written == "profile ztt.up 40 2s ramp_in=0.5s; forward 10 1s; ftg.aft 100 0.3s"
    assert parse_command(written) == command


@pytest.mark.parametrize("word", ["roll+", "pitch-", "yaw", "+roll", "zfr.yaw", "frg.roll-"])
def test_a_profile_holds_the_attitude_and_takes_no_torque(word: str) -> None:
    with pytest.raises(CommandError, match="turns the craft, and a profile holds the attitude"):
        segments(f"{word} 50 1s")


def test_a_group_that_is_misspelt_is_told_the_nearest() -> None:
    with pytest.raises(CommandError, match=r"'ztt\.forwrd' is not known; did you mean 'ztt\.for"):
        segments("ztt.forwrd 50 1s")


def test_a_segment_with_a_group_and_a_direction_has_no_text() -> None:
    both = pb.ThrustSegment(
        direction_body=pb.Vector3(x=1.0), group=pb.THRUST_GROUP_ZTT_UP, duration_s=1.0
    )
    command = pb.Command(thrust_profile=pb.ThrustProfile(segments=[both]))
    with pytest.raises(CommandError, match="a direction or a known group, and not both"):
        format_command(command)


def test_a_file_takes_groups_as_text_and_as_mapping(tmp_path: Path) -> None:
    path = tmp_path / "groups.yaml"
    path.write_text("- ztt.up 50 1s\n- {group: FTG.port, level_pct: 30, duration_s: 0.5}\n")
    found = load_profile(str(path))
    assert format_command(pb.Command(thrust_profile=found)) == (
        "profile ztt.up 50 1s; ftg.port 30 0.5s"
    )


def test_a_file_says_what_is_wrong_with_a_target(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(
        "- {level_pct: 30, duration_s: 0.5}\n"
        "- {direction: up, group: ztt.up, level_pct: 30, duration_s: 0.5}\n"
        "- {group: ztt.sideways, level_pct: 30, duration_s: 0.5}\n"
    )
    with pytest.raises(CommandError) as caught:
        load_profile(str(path))
    words = str(caught.value)
    for index in (0, 1):
        assert f"[{index}]: needs a direction or a group, and exactly one of them" in words
    assert "[2]: group 'ztt.sideways' is not known" in words


def test_a_profile_is_had_by_name_by_file_or_written_out(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("- forward 60 1s\n")
    assert load_profile(str(path)) == load_profile("forward 60 1s")
    for name in shipped_profiles():
        assert len(load_profile(name).segments) >= 1
        assert f"`{name}`" in PAGE


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("splitburn", "does not ship with the package; did you mean 'split_burn'"),
        ("nowhere.yaml", "nowhere.yaml: cannot be read"),
        ("forward 60", "column 11: DUR .* is missing"),
        ("", "column 1: DIR is missing"),
    ],
)
def test_a_profile_that_is_none_is_refused(source: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        load_profile(source)


def test_the_page_on_profiles_has_an_example_that_loads(tmp_path: Path) -> None:
    _, _, rest = PAGE.partition("```yaml\n")
    path = tmp_path / "page.yaml"
    path.write_text(rest.partition("```")[0])
    assert [segment.group for segment in load_profile(str(path)).segments] == [
        pb.THRUST_GROUP_UNSPECIFIED,
        pb.THRUST_GROUP_UNSPECIFIED,
        pb.THRUST_GROUP_FTG_UP,
    ]
