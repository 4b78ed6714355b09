"""The scenarios that show the allocation modes, flown; and that their bounds can fail."""

from pathlib import Path

import pytest

from tests.runs import events, fly, only_run

ROOT = Path(__file__).parents[2]


def ended(root: Path, scenario: object) -> tuple[int, str]:
    one = fly("run", "--scenario", scenario, "--speed", "max", "--nats", "off", "--runs", root)
    return one.end(), one.text


@pytest.mark.parametrize("name", ["auto_sets", "manual_override"])
def test_the_scenario_meets_every_expectation(tmp_path: Path, name: str) -> None:
    code, text = ended(tmp_path, name)
    assert code == 0, text


@pytest.mark.parametrize(
    ("name", "without", "missed"),
    [
        ("auto_sets", "do: alloc auto", "AUTO from the command on"),
        ("auto_sets", "kind: stuck_closed", "a broken set means ADAPTIVE"),
        ("manual_override", "do: alloc manual confirm", "confirmed"),
        ("manual_override", "at_s: 3.0", "one pulse of each named nozzle"),
        ("manual_override", "nozzles 3 100 3s confirm", "too fast a turn ends it"),
    ],
)
def test_without_what_it_shows_it_fails(
    tmp_path: Path, name: str, without: str, missed: str
) -> None:
    lines = (ROOT / f"rigs/scenarios/{name}.yaml").read_text().splitlines()
    kept = [line for line in lines if without not in line]
    assert len(kept) == len(lines) - 1
    text = "\n".join(kept).replace("faults:\n\n", "\n") + "\n"
    (tmp_path / "less.yaml").write_text(text)
    code, text = ended(tmp_path / "runs", tmp_path / "less.yaml")
    assert code == 1
    assert f"NOT MET {missed}" in text


def test_a_fall_back_and_the_return_are_events(tmp_path: Path) -> None:
    ended(tmp_path, "auto_sets")
    modes = [event.allocation_changed for event in events(only_run(tmp_path), "allocation_changed")]
    auto, adaptive = 1, 2
    changes = [(mode.requested, mode.to_mode) for mode in modes]
    # Each trial of the nozzle that fails is one more way there and back.
    assert changes[:3] == [(auto, auto), (auto, adaptive), (auto, auto)]
    assert changes[-1] == (auto, auto)
