"""Cargo runs every Rust test file: one binary a crate, and no file left out of it."""

import re
from pathlib import Path

import pytest

CRATES = sorted((Path(__file__).parents[2] / "rust_core/crates").iterdir())
MODULE = re.compile(r"^mod (\w+);$", re.MULTILINE)


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
