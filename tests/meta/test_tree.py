"""What ships loads, what is linked is there, and nothing tells of one machine."""

import re
import subprocess
from pathlib import Path

import pytest

from qiki_hil.rig import RigConfig
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "rigs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# Written apart, so that this file does not hold what it looks for.
TELLTALES = [
    *("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/"),
    *("pypi" + ".org", "files.python" + "hosted", "static.crates" + ".io"),
]


def tracked() -> list[Path]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a working copy of git")
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_everything_that_ships_is_listed_and_loads() -> None:
    folder = ROOT / "rigs"
    assert {path.parent.name for path in folder.glob("*/rig.yaml")} == set(RigConfig.shipped())
    assert {p.stem for p in folder.glob("scenarios/*.yaml")} == set(Scenario.shipped())
    assert {p.stem for p in folder.glob("bots/*.yaml")} == set(BotSpec.shipped())
    for name in RigConfig.shipped():
        assert RigConfig.load(name).rate_hz >= 200
    for name in Scenario.shipped():
        assert Scenario.load(name).name == name
        assert Scenario.load(name).expect
    for name in BotSpec.shipped():
        assert BotSpec.load(name).effectiveness.shape == (6, 16)


def test_every_rig_has_a_page_of_its_own() -> None:
    for name in RigConfig.shipped():
        assert (ROOT / "rigs" / name / "README.md").is_file(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [t.partition("#")[0] for t in LINK.findall(text) if "://" not in t]
    missing = [target for target in targets if target and not (page.parent / target).exists()]
    assert missing == []


def test_every_page_is_linked_from_another() -> None:
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in PAGES
        for target in LINK.findall(page.read_text(encoding="utf-8"))
    }
    lonely = [p.name for p in (ROOT / "docs").glob("*.md") if p.resolve() not in linked]
    assert lonely == []


def test_no_file_tells_of_one_machine_or_one_registry() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {word}" for word in TELLTALES if word in text]
    assert found == []
