"""Values have the type that their key needs, in every kind of file: a text is no number, a truth
value is none either, and what is wrong comes with its line, all of it at once."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from qiki_hil.campaign import Campaign
from qiki_hil.command import load_profile
from qiki_hil.document import dump
from qiki_hil.errors import DocumentError
from qiki_hil.rig import RigConfig
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec

WRONG: dict[type, tuple[Any, ...]] = {
    float: ("5", True, [1.0]),
    int: ("5", True, 2.5),
    str: (5, True, [1]),
    bool: ("yes", 1, "true"),
}


class Kind(NamedTuple):
    """A kind of file: how it is read, and one with every key that it can have."""

    load: Callable[[Path], Any]
    data: Any


def bot(modulator: dict[str, Any]) -> dict[str, Any]:
    data = BotSpec.load("dodeca-01").model_dump(mode="json", exclude_none=True)
    data["control"]["modulator"] = modulator
    return data


BUS: dict[str, Any] = {"description": "here", "rate_hz": 500, "max_load_ratio": 0.6}
CAN = {"kind": "can", "interface": "socketcand", "channel": "can0", "host": "h", "port": 29536}
SERIAL = {"tty_baudrate": 115200, "start_timeout_s": 20.0}
KINDS = {
    "bot, pwpf": Kind(BotSpec.load, bot(BotSpec.load("dodeca-01").control.modulator.model_dump())),
    "bot, bang_bang": Kind(BotSpec.load, bot({"kind": "bang_bang", "band_s": 0.04})),
    "bot, schmitt": Kind(
        BotSpec.load, bot({"kind": "schmitt", "level_on": 0.75, "level_off": 0.25})
    ),
    "rig, sim": Kind(RigConfig.load, {"kind": "sim", "name": "mine", "rate_hz": 500}),
    "rig, virtual": Kind(RigConfig.load, {"kind": "virtual", **BUS, "bitrate": 500_000}),
    "rig, slcan": Kind(RigConfig.load, {"kind": "slcan", **BUS, "bitrate": 500_000, **SERIAL}),
    "rig, can": Kind(RigConfig.load, {**CAN, **BUS, "bitrate": 500_000, "tty_baudrate": 115200}),
    "scenario": Kind(
        Scenario.load,
        {
            "name": "mine",
            "description": "here",
            "duration_s": 20.0,
            "seed": 3,
            "initial": {
                "position_m_world": [0.0, 1.0, 2.0],
                "velocity_mps_world": [0.0, 0.1, 0.2],
                "attitude_rpy_deg": [0.0, 10.0, 20.0],
                "rates_dps_body": [0.0, 1.0, 2.0],
            },
            "commands": [{"at_s": 1.0, "do": "arm"}],
            "faults": [
                {"at_s": 1.0, "kind": "stuck_closed", "nozzle": 3, "until_s": 4.0},
                {"at_s": 1.0, "kind": "node_silent", "cluster": 1},
                {"at_s": 1.0, "kind": "nav_dropout", "sensor": "rates"},
                {"at_s": 1.0, "kind": "lost_frames", "percent": 5},
            ],
            "expect": [
                {"name": "a", "signal": "speed_mps", "at_s": 3.0, "max": 1.0},
                {"name": "b", "signal": "speed_mps", "from_s": 1.0, "to_s": 2.0, "min": 0.1},
                {
                    "name": "c",
                    "signal": "yaw_deg",
                    "reduce": "mean",
                    "within": {"value": 1.0, "tolerance": 2.0},
                },
            ],
        },
    ),
    "campaign": Kind(
        Campaign.load,
        {
            "name": "mine",
            "description": "here",
            "seed": 3,
            "cases": 4,
            "require": 0.5,
            "bot": "dodeca-01",
            "rate_hz": 500,
            "scenarios": ["demo"],
            "dispersions": {
                "dry_mass_percent": {"normal": [0.0, 2.0]},
                "com_m_body": {"uniform": [-0.1, 0.1]},
            },
            "faults": [
                {
                    "kind": "stuck_closed",
                    "probability": 0.5,
                    "at_s": {"uniform": [0.0, 2.0]},
                    "lasts_s": {"normal": [1.0, 0.1]},
                    "among": [3, 4],
                }
            ],
        },
    ),
    "profile": Kind(
        lambda path: load_profile(str(path)),
        [
            {
                "direction": "up",
                "level_pct": 30.0,
                "duration_s": 1.0,
                "ramp_in_s": 0.1,
                "ramp_out_s": 0.1,
            },
            {"direction": [0.0, 1.0, 0.0], "level_pct": 30.0, "duration_s": 1.0},
            {"group": "ztt.up", "level_pct": 30.0, "duration_s": 1.0},
        ],
    ),
}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, type]]:
    """Every value that is no mapping and no list, by its path in problems, with its type."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path, type(value)


def replaced(value: Any, kind: type, wrong: Any, path: str = "") -> Any:
    """The data with every value of a type, but those that say what the rest is, replaced."""
    if isinstance(value, dict):
        items = value.items()
        return {k: replaced(v, kind, wrong, f"{path}.{k}" if path else k) for k, v in items}
    if isinstance(value, list):
        return [replaced(v, kind, wrong, f"{path}[{i}]") for i, v in enumerate(value)]
    return wrong if type(value) is kind and not decides(path) else value


def decides(path: str) -> bool:
    """Whether other keys are only read where this one is right."""
    return path == "kind" or path.endswith("modulator.kind")


def refused(kind: Kind, data: Any, folder: Path) -> list[str]:
    path = folder / "file.yaml"
    path.write_text(dump(data), encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        kind.load(path)
    return caught.value.problems


@pytest.mark.parametrize("name", KINDS)
def test_the_file_with_every_key_is_sound(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(dump(KINDS[name].data), encoding="utf-8")
    KINDS[name].load(path)


@pytest.mark.parametrize(
    ("type_", "wrong"), [(type_, value) for type_, values in WRONG.items() for value in values]
)
@pytest.mark.parametrize("name", KINDS)
def test_every_value_of_a_wrong_type_is_told_at_once_with_its_line(
    name: str, type_: type, wrong: Any, tmp_path: Path
) -> None:
    kind = KINDS[name]
    paths = [path for path, found in leaves(kind.data) if found is type_ and not decides(path)]
    if not paths:
        return
    problems = refused(kind, replaced(kind.data, type_, wrong), tmp_path)
    told = {problem.partition(":")[0] for problem in problems}
    # What is wrong between keys names the key after the path of what holds it.
    told |= {".".join(problem.split(": ")[:2]) for problem in problems}
    # A list in the place of a value may be told at one of its items, and a value of a list as a
    # whole.
    told |= {path.rpartition("[")[0] + "[" for path in told if path.endswith("]")}
    missing = [path for path in paths if not _is_told(path, told)]
    assert missing == []
    assert all(re.search(r"\(line \d+\)$", problem) for problem in problems), problems
    assert not any("pydantic" in problem or "Input should" in problem for problem in problems)


def _is_told(path: str, told: set[str]) -> bool:
    whole = path.rpartition("[")[0] if path.endswith("]") else path
    return bool(told & {path, f"{path}[", whole})


@pytest.mark.parametrize("name", KINDS)
def test_a_whole_number_is_a_number(name: str, tmp_path: Path) -> None:
    def whole(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: whole(item) for key, item in value.items()}
        if isinstance(value, list):
            return [whole(item) for item in value]
        return int(value) if isinstance(value, float) and value == int(value) else value

    path = tmp_path / "file.yaml"
    path.write_text(dump(whole(KINDS[name].data)), encoding="utf-8")
    KINDS[name].load(path)
