"""Bots, rigs, scenarios, campaigns and thrust profiles are read in one way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil.campaign import Campaign
from qiki_hil.command import format_command, load_profile
from qiki_hil.document import DEPTH_MAX
from qiki_hil.errors import DocumentError, QikiError
from qiki_hil.rig import RigConfig
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec

BOT = BotSpec.load("dodeca-01").to_yaml()


class Kind(NamedTuple):
    """A kind of file: a sound one, with a number to write as 010 and a text to write as a word."""

    load: Callable[[Path], Any]
    text: str
    number: str
    """The part of the text that is a number, and may be ten."""
    read_number: Callable[[Any], float]
    word: str
    """The part of the text that is a free text."""
    read_word: Callable[[Any], str]
    doubled: str
    """A key and its value that may be given twice."""
    broken: dict[str, str]
    """Parts of the text, each with another that is wrong; all of them wrong at once."""


KINDS = {
    "bot": Kind(
        BotSpec.load,
        BOT,
        "dry_kg: 420.0",
        lambda bot: bot.mass.dry_kg,
        f"title: {BotSpec.load('dodeca-01').metadata.title}",
        lambda bot: bot.metadata.title,
        "  propellant_kg: 12.0\n",
        {"dry_kg: 420.0": "dry_kg: x", "propellant_kg: 12.0": "propellant_kg: -1"},
    ),
    "rig": Kind(
        RigConfig.load,
        "kind: can\ninterface: socketcan\nchannel: can0\nrate_hz: 500\ntty_baudrate: 115200\n"
        "description: here\n",
        # 010 is below every rate: what is refused says how it was read.
        "",
        lambda rig: rig.rate_hz,
        "description: here",
        lambda rig: rig.description,
        "channel: can0\n",
        {"rate_hz: 500": "rate_hz: 5", "channel: can0": "chanel: can0"},
    ),
    "scenario": Kind(
        Scenario.load,
        "name: mine\ndescription: here\nduration_s: 20\ncommands:\n  - {at_s: 1, do: arm}\n",
        "at_s: 1",
        lambda scenario: scenario.commands[0].at_s,
        "description: here",
        lambda scenario: scenario.description,
        "duration_s: 20\n",
        {"duration_s: 20": "duration_s: -1", "do: arm": "do: arrm"},
    ),
    "campaign": Kind(
        Campaign.load,
        "name: mine\ndescription: here\ncases: 3\nscenarios: [demo]\n",
        "cases: 3",
        lambda campaign: campaign.entries.cases,
        "description: here",
        lambda campaign: campaign.entries.description,
        "cases: 3\n",
        {"cases: 3": "cases: 0", "[demo]": "[dmo]"},
    ),
    "profile": Kind(
        lambda path: load_profile(str(path)),
        "- direction: up\n  level_pct: 30\n  duration_s: 1\n- aft 30 1s\n",
        "level_pct: 30",
        lambda profile: 100.0 * profile.segments[0].level_ratio,
        "",
        lambda profile: format_command(command_pb2.Command(thrust_profile=profile)),
        "  duration_s: 1\n",
        {"level_pct: 30": "level_pct: 130", "- aft 30 1s": "- aft 30"},
    ),
}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def changed(kind: Kind, *changes: tuple[str, str]) -> str:
    text = kind.text
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def load(kind: Kind, text: str, folder: Path) -> Any:
    path = folder / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return kind.load(path)


def problems(kind: Kind, text: str, folder: Path) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        load(kind, text, folder)
    return caught.value.problems


@EVERY_KIND
def test_a_sound_file_loads(kind: Kind, tmp_path: Path) -> None:
    load(kind, kind.text, tmp_path)


@pytest.mark.parametrize(("written", "value"), [("010", 10), ("0o12", 10), ("0xA", 10)])
@pytest.mark.parametrize("name", [name for name in KINDS if name != "rig"])
def test_numbers_are_those_of_the_core_schema(
    name: str, written: str, value: int, tmp_path: Path
) -> None:
    kind = KINDS[name]
    key = kind.number.partition(":")[0]
    read = load(kind, changed(kind, (kind.number, f"{key}: {written}")), tmp_path)
    assert kind.read_number(read) == pytest.approx(value, abs=1e-12)


def test_numbers_of_a_rig_are_those_of_the_core_schema(tmp_path: Path) -> None:
    kind = KINDS["rig"]
    for written, value in (("0300", 300), ("0o454", 300), ("0x12C", 300)):
        read = load(kind, changed(kind, ("rate_hz: 500", f"rate_hz: {written}")), tmp_path)
        assert kind.read_number(read) == value


@pytest.mark.parametrize("word", ["yes", "on", "Off", "NO", "2024-01-02", "1:30", "1_000", "0b1"])
@pytest.mark.parametrize("name", [name for name in KINDS if name != "profile"])
def test_words_of_yaml_1_1_are_texts(name: str, word: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    key = kind.word.partition(":")[0]
    read = load(kind, changed(kind, (kind.word, f"{key}: {word}")), tmp_path)
    assert kind.read_word(read) == word


def test_words_of_yaml_1_1_are_texts_in_a_profile(tmp_path: Path) -> None:
    kind = KINDS["profile"]
    (problem,) = problems(kind, changed(kind, ("direction: up", "direction: on")), tmp_path)
    assert "DIR 'on' is not known" in problem


@EVERY_KIND
def test_a_key_given_twice_is_refused_with_both_lines(kind: Kind, tmp_path: Path) -> None:
    text = changed(kind, (kind.doubled, kind.doubled * 2))
    first = text[: text.index(kind.doubled)].count("\n") + 1
    words = f"given twice, lines {first} and {first + 1}; keep one (line {first})"
    assert any(problem.endswith(words) for problem in problems(kind, text, tmp_path))


@EVERY_KIND
def test_an_alias_bomb_is_refused_before_it_unfolds(kind: Kind, tmp_path: Path) -> None:
    bomb = "a0: &a0 [1]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
    )
    if kind.text.startswith("-"):
        bomb = "- " + bomb.replace("\n", "\n  ").rstrip()
    (problem,) = problems(kind, bomb, tmp_path)
    assert problem.startswith("aliases (*name) are not used here; write the value out (line 2")


@EVERY_KIND
def test_nesting_is_bounded(kind: Kind, tmp_path: Path) -> None:
    deep = "[" * DEPTH_MAX + "]" * DEPTH_MAX
    top = "- " if kind.text.startswith("-") else "x: "
    (problem,) = problems(kind, f"{top}{deep}\n", tmp_path)[:1] or [""]
    assert "is nested too deeply; 32 levels are allowed (line 1" in problem
    inside = problems(kind, f"{top}{deep[1:-1]}\n", tmp_path)
    assert not any("nested" in problem for problem in inside)


@EVERY_KIND
def test_several_problems_come_at_once_each_with_path_and_line(kind: Kind, tmp_path: Path) -> None:
    text = changed(kind, *kind.broken.items())
    found = problems(kind, text, tmp_path)
    lines = {text[: text.index(new)].count("\n") + 1 for new in kind.broken.values()}
    assert len(found) >= len(kind.broken)
    for line in lines:
        assert any(problem.endswith(f"(line {line})") for problem in found), found
    assert all(": " in problem for problem in found)


@EVERY_KIND
def test_an_empty_file_says_what_to_write(kind: Kind, tmp_path: Path) -> None:
    (problem,) = problems(kind, "# nothing\n", tmp_path)
    assert problem.startswith(("is empty; give ", "is empty; start from "))


@EVERY_KIND
def test_a_file_that_is_no_file_is_told(kind: Kind, tmp_path: Path) -> None:
    with pytest.raises(QikiError, match=r"none\.yaml: cannot be read: No such file"):
        kind.load(tmp_path / "none.yaml")


def test_problems_of_a_file_that_is_named_stand_below_their_line(tmp_path: Path) -> None:
    (tmp_path / "up.yaml").write_text("- up 30\n- {direction: up, level_pct: 130, duration_s: 1}\n")
    text = "name: mine\nduration_s: 9\ncommands:\n  - {at_s: 1, do: profile up.yaml}\n"
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(DocumentError) as caught:
        Scenario.load(tmp_path / "mine.yaml")
    head, first, second = str(caught.value).splitlines()[1:]
    profile = f"thrust profile {tmp_path / 'up.yaml'}"
    assert head == f"  - commands[0].do: {profile}: 2 problem(s) (line 4)"
    assert first.startswith('    - [0]: "up 30", column 6: DUR (1, 0.5s, 300ms) is missing.')
    assert first.endswith("(line 1)")
    assert second == "    - [1].level_pct: must be less than or equal to 100, got 130 (line 2)"
