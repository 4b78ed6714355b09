"""The command `qiki-hil` itself."""

import subprocess
import sys
from pathlib import Path

import pytest

import qiki_hil
from qiki_hil.console.cli import main as cli
from tests.runs import fly


def test_help_lists_every_command_without_loading_any_of_them() -> None:
    script = (
        "import sys; from click.testing import CliRunner; from qiki_hil.console.cli.main import"
        " cli; print(CliRunner().invoke(cli, ['--help']).output);"
        " print([m for m in ('can', 'numpy', 'nats', 'matplotlib') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    for name, (_, words) in cli.COMMANDS.items():
        assert name in result.stdout
        assert words in result.stdout
    loaded = result.stdout.splitlines()[-1]
    assert "matplotlib" not in loaded
    assert "nats" not in loaded


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_has_help(name: str) -> None:
    command = cli.cli.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.name == name
    assert command.help


def test_an_unknown_command_is_a_usage_error(tmp_path: Path) -> None:
    one = fly("fly", cwd=tmp_path)
    assert one.end() == 2
    assert "No such command 'fly'" in one.errors


def test_the_version_is_that_of_the_package() -> None:
    assert fly("--version").text == f"qiki-hil, version {qiki_hil.__version__}\n"
