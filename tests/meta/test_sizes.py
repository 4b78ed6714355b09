"""No crate holds more than one subject's worth of code.

Counted are lines of product code: no blank lines, no comments, no tests.
"""

import re
from pathlib import Path

import pytest

CRATES = Path(__file__).parents[2] / "rust_core/crates"
LINES_MAX = 3500
TIGHTER = {"control": 2500}
NAMES = sorted(path.parent.name for path in CRATES.glob("*/Cargo.toml"))


def product_lines(crate: str) -> int:
    source = CRATES / crate / "src"
    files = [path for path in source.rglob("*.rs") if "tests" not in path.with_suffix("").parts]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return sum(not re.match(r"\s*(//|$)", line) for line in lines)


@pytest.mark.parametrize("crate", NAMES)
def test_a_crate_stays_small(crate: str) -> None:
    lines = product_lines(crate)
    most = TIGHTER.get(crate, LINES_MAX)
    assert 0 < lines < most, f"{crate}: {lines} lines of code, at most {most}: split it"
