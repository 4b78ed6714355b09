"""What is checked before anything is written."""

from pathlib import Path

import pytest

from qiki_hil import clock
from qiki_hil.app.request import DURATION_CURE, RunRequest, lasting, load, versions
from qiki_hil.app.run.directory import make_directory
from qiki_hil.errors import BrokerError, QikiError, RigError, ScenarioError, SpecError
from qiki_hil.scenario import Scenario


def test_nothing_asked_for_is_the_demo_on_the_simulated_rig() -> None:
    parts = load(RunRequest())
    assert parts.scenario == Scenario.load("demo")
    assert (parts.rig.name, parts.rate_hz, parts.speed) == ("sim", 500, 1.0)
    assert parts.seed == parts.scenario.seed
    assert parts.spec.metadata.id == "dodeca-01"
    assert parts.nats == "private"
    assert parts.lockstep


def test_the_rate_is_the_rigs_and_the_seed_the_scenarios_unless_asked_for() -> None:
    assert load(RunRequest(rig="slcan")).rate_hz == 200
    assert load(RunRequest(rig="slcan", rate_hz=300)).rate_hz == 300
    assert load(RunRequest(seed=0)).seed == 0
    assert load(RunRequest(scenario="translate_10m")).seed == Scenario.load("translate_10m").seed


@pytest.mark.parametrize("rate_hz", [200, 1000])
def test_both_ends_of_the_range_of_rates_are_allowed(rate_hz: int) -> None:
    assert load(RunRequest(rate_hz=rate_hz)).rate_hz == rate_hz


@pytest.mark.parametrize(
    ("request_", "kind", "words"),
    [
        (RunRequest(rate_hz=199), QikiError, "rate: 199 Hz given"),
        (RunRequest(rate_hz=1001), QikiError, "rate: 1001 Hz given"),
        (RunRequest(rig="slcan", speed=2.0), QikiError, "runs in real time"),
        (RunRequest(rig="slcan", speed="max"), QikiError, "runs in real time"),
        (RunRequest(rig="gone"), RigError, "rig 'gone' does not ship"),
        (RunRequest(bot="gone"), SpecError, "bot 'gone' does not ship"),
        (RunRequest(scenario="gone"), ScenarioError, "scenario 'gone' does not ship"),
        (RunRequest(duration_s=float("nan")), ScenarioError, "--duration nan: a number of sec"),
        (RunRequest(duration_s=0.0), ScenarioError, "--duration 0: a number of seconds above 0"),
        (RunRequest(duration_s=-1.0), ScenarioError, "--duration -1: a number of seconds above 0"),
        (RunRequest(duration_s=float("inf")), ScenarioError, "--duration inf: .* up to 86400 is"),
        (RunRequest(nats="gone"), BrokerError, "not a NATS URL"),
    ],
)
def test_what_does_not_fit_is_an_error_of_its_kind(
    request_: RunRequest, kind: type[QikiError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        load(request_)


def test_nothing_is_written_while_loading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    load(RunRequest())
    assert list(tmp_path.iterdir()) == []


def test_a_longer_duration_changes_nothing_else() -> None:
    demo = Scenario.load("demo")
    longer = lasting(demo, 100.0)
    assert longer.duration_s == 100.0
    assert longer.model_copy(update={"duration_s": demo.duration_s}) == demo


def test_a_duration_before_a_command_names_the_command() -> None:
    with pytest.raises(
        ScenarioError, match=r"demo with --duration 5: .*\n.*commands\[2\]\.at_s"
    ) as raised:
        lasting(Scenario.load("demo"), 5.0)
    assert str(raised.value).endswith("\n" + DURATION_CURE)


def test_versions_are_those_of_what_decides_the_outcome() -> None:
    found = versions()
    assert {"qiki-hil", "numpy", "python", "machine", "cantools"} <= set(found)
    assert all(found.values())


def test_runs_of_one_moment_in_different_roots_have_ids_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "unix_ns", lambda: 10**18)
    roots = (tmp_path / "a", tmp_path / "b")
    ids = [make_directory(load(RunRequest(root=root))).run_id for root in roots]
    assert ids[0] != ids[1]
    assert all(name.startswith("20010909T014640Z-demo-sim-") for name in ids)
