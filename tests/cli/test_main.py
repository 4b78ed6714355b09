"""The command `qiki-hil` itself."""

import os
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


def shell(line: str, **environment: str) -> tuple[int, str]:
    """Exit code and standard error of a shell line, in which $QIKI is the command."""
    command = f"{sys.executable} -P -m qiki_hil.console.cli.main"
    result = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        env=os.environ | environment | {"QIKI": command},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in result.stderr
    assert "Exception ignored" not in result.stderr
    return result.returncode, result.stderr


@pytest.mark.parametrize("words", ["--help", "run --help", "run --list", "bot show dodeca-01"])
def test_an_output_that_is_full_is_one_line(words: str) -> None:
    code, err = shell(f"$QIKI {words} > /dev/full")
    assert (code, err) == (2, "error: cannot read or write: No space left on device\n")


def test_an_output_that_is_closed_is_no_terminal() -> None:
    assert shell("$QIKI run --list >&-") == (0, "")
    assert shell("$QIKI run --list >&- 2>&- <&-") == (0, "")
    assert shell("$QIKI bot show gone >&- 2>&-")[0] == 2


def test_a_reader_that_goes_away_is_one_line() -> None:
    code, err = shell("{ sleep 1; $QIKI run --list; } | true")
    assert (code, err) == (2, "error: the output was closed before everything was written\n")


def test_a_locale_without_a_letter_gets_another() -> None:
    code, err = shell("$QIKI bot check dodeca-01 > /dev/null", PYTHONIOENCODING="ascii")
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("raised", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (RecursionError(), 2, "error: what was given is nested too deeply to be read\n"),
        (OSError(13, "Permission denied", "x.yaml"), 2, "error: x.yaml: Permission denied\n"),
        (UnicodeEncodeError("ascii", "µ", 0, 1, "no"), 2, "error: text cannot be written in asc"),
    ],
)
def test_what_happens_to_a_command_is_one_line(
    raised: BaseException,
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_: str) -> None:
        raise raised

    # As early as while the command is imported.
    monkeypatch.setattr(cli, "import_module", fail)
    monkeypatch.setattr(sys, "argv", ["qiki-hil", "run"])
    with pytest.raises(SystemExit) as exit_info:
        cli.main()
    assert exit_info.value.code == code
    assert capsys.readouterr().err.startswith(words)


def test_the_version_is_that_of_the_package() -> None:
    assert fly("--version").text == f"qiki-hil, version {qiki_hil.__version__}\n"
