"""Cargo runs every Rust test file: one binary a crate, and no file left out of it. Results are
committed, and their tables hold no rows of tests that are gone."""

import csv
import re
from pathlib import Path

import pytest

CRATES = sorted((Path(__file__).parents[2] / "rust_core/crates").iterdir())
MODULE = re.compile(r"^mod (\w+);$", re.MULTILINE)
TEST = re.compile(r"^#\[test\]\nfn (\w+)\(", re.MULTILINE)
RESULTS = re.compile(r'Results::of\(\s*"(\w+)",?\s*\)')
WITH_RESULTS = [crate for crate in CRATES if (crate / "tests/data/closed_loop.csv").exists()]


def files_of(crate: Path) -> list[Path]:
    return sorted((crate / "tests").glob("*.rs"))


@pytest.mark.parametrize("crate", CRATES, ids=lambda crate: crate.name)
def test_a_crate_has_one_test_binary_and_every_test_file_is_in_it(crate: Path) -> None:
    files = files_of(crate)
    if len(files) < 2:
        return
    main = crate / "tests/main.rs"
    assert main in files, f"{crate.name}: {len(files)} test files and no tests/main.rs"
    manifest = (crate / "Cargo.toml").read_text()
    assert "autotests = false" in manifest
    assert manifest.count("[[test]]") == 1
    named = set(MODULE.findall(main.read_text())) - {"common"}
    assert named == {path.stem for path in files} - {"main"}


@pytest.mark.parametrize("crate", WITH_RESULTS, ids=lambda crate: crate.name)
def test_committed_results_are_those_of_the_tests_that_state_them(crate: Path) -> None:
    with (crate / "tests/data/closed_loop.csv").open(encoding="utf-8", newline="") as file:
        committed = {row["case"].partition(" ")[0] for row in csv.DictReader(file)}
    stated = set()
    for path in files_of(crate):
        if path.stem != "references":  # whose results are made up
            text = path.read_text(encoding="utf-8")
            own = set(RESULTS.findall(text))
            assert own <= set(TEST.findall(text)), f"{path.name}: Results::of names its test"
            stated |= own
    assert committed - stated == set(), f"{crate.name}: delete their rows"
    assert stated - committed == set(), f"{crate.name}: make update-refs"


@pytest.mark.parametrize("crate", CRATES, ids=lambda crate: crate.name)
def test_no_test_prints_figures_that_nobody_compares(crate: Path) -> None:
    files = [*(crate / "src").rglob("*.rs"), *(crate / "tests").rglob("*.rs")]
    found = [path.name for path in files if "println!" in path.read_text(encoding="utf-8")]
    assert found == [], "assert a requirement, or commit the figures"
