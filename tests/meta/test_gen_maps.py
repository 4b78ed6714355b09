"""The reference tables of the thrust and torque maps are what the BotSpecs give."""

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from qiki_hil import BotSpec

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "rigs" / "bots" / "maps"


@pytest.fixture
def generator(tmp_path: Path) -> ModuleType:
    """tools/gen_maps.py with its output redirected to a copy of the committed tables."""
    spec = importlib.util.spec_from_file_location("gen_maps", ROOT / "tools" / "gen_maps.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.OUTPUT = tmp_path / "maps"
    shutil.copytree(TABLES, module.OUTPUT)
    return module


def test_the_committed_tables_are_what_the_maps_give(generator: ModuleType) -> None:
    assert generator.main(["--check"]) == 0


@pytest.mark.parametrize("name", BotSpec.shipped())
def test_every_number_of_a_table_follows_from_its_thrusts(name: str) -> None:
    spec = BotSpec.load(name)
    table = json.loads((TABLES / f"{name}.json").read_text("utf-8"))
    assert len(table["sets"]) == 24
    for row in table["sets"]:
        thrust_n = np.zeros(16)
        for nozzle, value in row["thrust_n"].items():
            thrust_n[int(nozzle)] = value
        wrench = spec.effectiveness @ thrust_n
        stated = [*row["net_force_n"], *row["net_torque_nm"]]
        assert wrench == pytest.approx(stated, abs=0.02), row
        assert np.abs(wrench).max() == pytest.approx(row["ceiling"], abs=0.02)
        assert np.sort(np.abs(wrench))[-2] <= 0.02
        assert row["exact"] is True
        assert np.all(thrust_n <= spec.thrust_max_n)
    full = [row["ceiling"] for row in table["sets"] if row["set"] == "FTG"]
    assert full == [pytest.approx(full[0], abs=0.002)] * 6


def test_check_names_each_stale_table_and_the_cure(
    generator: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    table = generator.OUTPUT / "dodeca-01.json"
    text = table.read_text("utf-8")
    table.write_text(text.replace('"ceiling": 414.191', '"ceiling": 414.192'), "utf-8")
    (generator.OUTPUT / "dodeca-table.json").write_text("by hand")
    (generator.OUTPUT / "gone.json").write_text("{}")
    assert generator.main(["--check"]) == 1
    assert capsys.readouterr().err == (
        "rigs/bots/maps/dodeca-01.json: differs in +X ZTT, -X ZTT\n"
        "rigs/bots/maps/dodeca-table.json: is not a table\n"
        "rigs/bots/maps/gone.json: no such bot ships\n"
        "cure: python tools/gen_maps.py\n"
    )


def test_writing_repairs_what_check_found(generator: ModuleType) -> None:
    (generator.OUTPUT / "dodeca-01.json").unlink()
    (generator.OUTPUT / "gone.json").write_text("{}")
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
    assert not (generator.OUTPUT / "gone.json").exists()


def test_a_map_that_fails_its_checks_is_not_written(
    generator: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failed:
        passed = False

    monkeypatch.setattr(generator, "map_report", lambda spec: Failed())  # noqa: ARG005
    with pytest.raises(SystemExit, match="a check fails; see: qiki-hil bot map dodeca-01"):
        generator.main([])
