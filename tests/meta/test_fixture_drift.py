"""The craft description that the Rust tests use is the one that ships."""

from pathlib import Path

from qiki_hil import BotSpec

ROOT = Path(__file__).parents[2]
FIXTURE = ROOT / "rust_core/crates/craft/fixtures/dodeca-01.json"


def test_the_fixture_of_the_rust_tests_is_what_the_shipped_botspec_writes() -> None:
    assert FIXTURE.read_text() == BotSpec.load("dodeca-01").core_json() + "\n", (
        "write BotSpec.load('dodeca-01').core_json() and a newline to "
        f"{FIXTURE.relative_to(ROOT)}, and run cargo test"
    )
