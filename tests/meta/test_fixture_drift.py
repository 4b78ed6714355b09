"""The craft descriptions that the Rust tests use are the ones that ship."""

from pathlib import Path

import pytest

from qiki_hil import BotSpec

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "rust_core/crates/craft/fixtures"


@pytest.mark.parametrize("name", ["dodeca-01", "dodeca-table"])
def test_the_fixture_of_the_rust_tests_is_what_the_shipped_botspec_writes(name: str) -> None:
    fixture = FIXTURES / f"{name}.json"
    assert fixture.read_text() == BotSpec.load(name).core_json() + "\n", (
        f"write BotSpec.load('{name}').core_json() and a newline to "
        f"{fixture.relative_to(ROOT)}, and run cargo test"
    )
