"""`qiki-hil bot`: what it prints, writes and refuses."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from qiki_hil.console.cli.bot import bot
from qiki_hil.errors import QikiError, SpecError
from qiki_hil.spec import BotSpec


def run(*arguments: str | Path, answers: str | None = None) -> Result:
    return CliRunner().invoke(bot, [str(a) for a in arguments], input=answers)


def test_check_without_a_name_checks_all_that_ship() -> None:
    result = run("check")
    assert result.exit_code == 0
    for name in BotSpec.shipped():
        assert f"{name}: ok, {name}, {BotSpec.load(name).hash}\n" in result.output


def test_check_lists_the_problems_of_every_file_and_ends_with_2(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("powr: {}\n")
    second.write_text("")
    result = run("check", first, "dodeca-01", second)
    assert result.exit_code == 2
    assert "powr: unknown key; did you mean power? (line 1)" in result.stderr
    assert f"{second}: 1 problem(s)\n  - is empty" in result.stderr
    assert "dodeca-01: ok" in result.stdout


def test_hash_prints_hash_and_name() -> None:
    result = run("hash", "dodeca-table")
    assert result.output == f"{BotSpec.load('dodeca-table').hash}  dodeca-table\n"


def test_show_prints_authority_mass_and_a_drawing_with_every_nozzle() -> None:
    result = run("show", "dodeca-01")
    assert result.exit_code == 0
    assert "pure force, N" in result.output
    assert "1229.8" in result.output
    assert "pure torque, N·m" in result.output
    assert "420 kg" in result.output
    drawing = result.output.split("side: +X right, +Z up")[1]
    for nozzle in ("↑1", "↖0", "↗2", "←14", "⊙12", "⊙10", "→8", "↙15", "↘11", "↓7"):
        assert nozzle in drawing


def test_show_as_json_is_one_object_with_the_numbers() -> None:
    shown = json.loads(run("show", "dodeca-table", "--json").stdout)
    assert shown["id"] == "dodeca-table"
    assert shown["authority"]["pure_force_n"]["+X"] == pytest.approx(735, abs=0.5)
    assert shown["authority"]["pure_torque_nm"]["-Z"] == pytest.approx(1499, abs=0.5)
    assert len(shown["thrusters"]) == 16


def test_show_writes_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "bot.png"
    assert run("show", "--png", path).exit_code == 0
    assert path.read_bytes().startswith(b"\x89PNG")
    missing = tmp_path / "none" / "bot.png"
    result = run("show", "--png", missing)
    assert isinstance(result.exception, QikiError)
    assert (
        str(result.exception) == f"{missing}: cannot write the drawing: No such file or directory"
    )


def test_show_of_a_missing_bot_is_a_spec_error() -> None:
    result = run("show", "nobody")
    assert isinstance(result.exception, SpecError)


def test_init_with_defaults_gives_the_default_bot_under_another_name(tmp_path: Path) -> None:
    out = tmp_path / "mine.yaml"
    result = run("init", out, "--yes")
    assert result.exit_code == 0
    made, base = BotSpec.load(out), BotSpec.load("dodeca-01")
    assert result.output == f"{out}: written, mine, {made.hash}\n"
    assert made.metadata.id == "mine"
    for section in ("hull", "mass", "thrusters", "power", "thermal", "control", "mounts"):
        assert getattr(made, section) == getattr(base, section)


def test_init_asks_what_is_not_given(tmp_path: Path) -> None:
    out = tmp_path / "small.yaml"
    result = run("init", out, "--dry-kg", "100", answers="cub\ncanted\n50\n35\n0.6\n3\n")
    assert result.exit_code == 0, result.output
    spec = BotSpec.load(out)
    assert spec.metadata.id == "cub"
    assert spec.hull.inradius_m == 0.6
    assert spec.mass.dry_kg == 100.0
    assert spec.mass.propellant_kg == 3.0
    assert spec.thrust_max_n.tolist() == [50.0] * 16
    assert spec.mass.inertia_kgm2[0][0] == pytest.approx(
        215 * 100 / 420 * (0.6 / 1.05) ** 2, rel=1e-3
    )


def test_init_of_the_table_keeps_its_two_thrust_classes(tmp_path: Path) -> None:
    out = tmp_path / "t.yaml"
    assert run("init", out, "--yes", "--geometry", "table").exit_code == 0
    made, shipped = BotSpec.load(out), BotSpec.load("dodeca-table")
    assert made.thrusters == shipped.thrusters
    assert made.hull == shipped.hull


def test_init_lets_any_nozzle_alone_be_fired_by_hand(tmp_path: Path) -> None:
    for number, answers in enumerate(
        (["--geometry", "table"], ["--thrust-n", "600"], ["--inradius-m", "0.5"])
    ):
        out = tmp_path / f"craft_{number}.yaml"
        assert run("init", out, "--yes", *answers).exit_code == 0
        spec = BotSpec.load(out)
        torques_nm = np.linalg.norm(spec.effectiveness[3:] * spec.thrust_max_n, axis=0)
        assert torques_nm.max() < spec.control.manual_torque_max_nm < 2.0 * torques_nm.max()


def test_init_plans_within_the_authority_of_a_weak_bot(tmp_path: Path) -> None:
    out = tmp_path / "weak.yaml"
    assert run("init", out, "--yes", "--thrust-n", "1").exit_code == 0
    spec = BotSpec.load(out)
    authority, limits = spec.authority(), spec.control.attitude.limits
    assert limits.acceleration_max_rps2 * 215 <= 0.51 * authority.torque_worst_nm
    assert spec.control.position.acceleration_max_mps2 * 432 <= 0.51 * authority.force_worst_n
    assert run("check", out).exit_code == 0


def test_init_never_replaces_a_file_unless_forced(tmp_path: Path) -> None:
    out = tmp_path / "mine.yaml"
    out.write_text("precious")
    result = run("init", out, "--yes")
    assert isinstance(result.exception, QikiError)
    assert "exists already; give another name, or --force to replace it" in str(result.exception)
    assert out.read_text() == "precious"
    assert run("init", out, "--yes", "--force").exit_code == 0
    assert BotSpec.load(out).metadata.id == "mine"


@pytest.mark.parametrize(("arguments", "text"), [
    (("--thrust-n", "nan"), "thrust_n: must be within 0.001..1e+06 N, got nan"),
    (("--inradius-m", "-1"), "inradius_m: must be within 0.01..100 m, got -1"),
    (("--dry-kg", "inf"), "dry_kg: must be within 0.1..1e+06 kg, got inf"),
    (("--propellant-kg", "-1"), "propellant_kg: must be 0 or within 1e-06..1e+06 kg, got -1"),
    (("--cant-deg", "0"), "cant_deg: must be between 0 and 90, got 0"),
    (("--thrust-n", "5000"), "it could never open"),
    (("--id", "a b"), "metadata.id: must be a name of letters"),
])  # fmt: skip
def test_init_refuses_impossible_answers_and_writes_nothing(
    tmp_path: Path, arguments: tuple[str, ...], text: str
) -> None:
    result = run("init", tmp_path / "x.yaml", "--yes", *arguments)
    assert isinstance(result.exception, SpecError), result.output
    assert text in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_init_refuses_a_cant_for_the_table(tmp_path: Path) -> None:
    result = run("init", tmp_path / "x.yaml", "--yes", "--geometry", "table", "--cant-deg", "30")
    assert result.exit_code == 2
    assert "--cant-deg has no meaning for the table" in result.output


def test_init_into_a_missing_folder_or_onto_a_folder_says_so(tmp_path: Path) -> None:
    result = run("init", tmp_path / "none" / "x.yaml", "--yes")
    assert "cannot be written: No such file or directory" in str(result.exception)
    result = run("init", tmp_path, "--yes")
    assert "is a directory; give the name of a YAML file" in str(result.exception)


def test_the_bots_that_ship_are_listed_and_those_of_a_folder(tmp_path: Path) -> None:
    result = run("list")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()] == [*BotSpec.shipped()]
    text = BotSpec.load("dodeca-01").to_yaml().replace("id: dodeca-01", "id: mine")
    (tmp_path / "mine.yaml").write_text(text)
    (tmp_path / "scenario.yml").write_text("name: demo\n")
    (tmp_path / "notes.txt").write_text("no bot")
    result = run("list", tmp_path)
    mine, other = result.output.splitlines()[len(BotSpec.shipped()) :]
    assert mine.startswith(f"{tmp_path}/mine.yaml")
    assert "  mine, " in mine
    assert f"{tmp_path}/scenario.yml  no bot: " in other
    assert " more)" in other
    report = json.loads(run("list", tmp_path, "--json").output)
    assert report["schema_version"] == 1
    names = [entry["id"] for entry in report["bots"]]
    assert names == [*(BotSpec.load(name).metadata.id for name in BotSpec.shipped()), "mine", None]
    assert report["bots"][-1]["error"].startswith("no bot: ")


def test_a_folder_that_there_is_not_is_told(tmp_path: Path) -> None:
    result = run("list", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "does not exist" in result.stderr
