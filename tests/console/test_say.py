"""Control characters of files, brokers and devices do not reach the terminal."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.panel import Panel
from rich.table import Table

from qiki_hil.console.safe_console import SafeConsole
from qiki_hil.console.say import escaped
from qiki_hil.spec import BotSpec
from tests.runs import QIKI_HIL

CONTROLS = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
CLEAR = "\x1b[2J\x1b]0;title\x07\x9b31m"


def test_line_feeds_tabs_and_letters_stay() -> None:
    assert escaped("a\tб\n✓") == "a\tб\n✓"
    assert escaped(CLEAR) == "\\u001b[2J\\u001b]0;title\\u0007\\u009b31m"


def test_json_stays_the_same_json() -> None:
    text = json.dumps({"a": CONTROLS}, ensure_ascii=False)
    assert json.loads(escaped(text)) == {"a": CONTROLS}


def test_rich_passes_styles_but_no_control_character_of_a_text() -> None:
    out = io.StringIO()
    console = SafeConsole(file=out, force_terminal=True, color_system="standard", width=60)
    table = Table("name")
    table.add_row(CLEAR)
    console.print("[bold]x[/]", Panel(CLEAR), table)
    text = out.getvalue()
    assert "\x1b[1mx\x1b[0m" in text
    assert "\x1b[2J" not in text
    assert "\x1b]" not in text
    assert "\x9b" not in text
    assert "│ \\u001b[2J\\u001b]0;title\\u009b31m" in text


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (("bot", "show", "evil.yaml"), "[/dev/x] \\u001b[2J"),
        (("bot", "check", "bad.yaml"), "\\u001b[2J: unknown key"),
        (("run", "--scenario", "bad.yaml"), "\\u001b[2J: unknown key"),
        (("replay", "run"), "\\u001b[2J"),
    ],
)
def test_a_file_cannot_write_to_the_terminal(
    tmp_path: Path, command: tuple[str, ...], shown: str
) -> None:
    text = BotSpec.load("dodeca-01").to_yaml()
    title = next(line for line in text.splitlines() if line.lstrip().startswith("title:"))
    evil = '  title: "[/dev/x] \\e[2J"'
    (tmp_path / "evil.yaml").write_text(text.replace(title, evil))
    (tmp_path / "bad.yaml").write_text('"\\e[2J": 1\n')
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text('{"\\u001b[2J": 1}')
    ours, theirs = os.openpty()  # a terminal, so that nothing is left out for a pipe
    with subprocess.Popen(
        [str(QIKI_HIL), *command], cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        heard = b""
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:
                break
            heard += block
    os.close(ours)
    assert process.returncode in (0, 2)
    assert b"Traceback" not in heard
    assert shown in heard.decode()
    assert b"\x1b[2J" not in heard


def test_say_is_how_every_command_prints() -> None:
    folder = Path(sys.modules["qiki_hil.console.say"].__file__ or "").parent / "cli"
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "click.echo(" not in text, path
        assert " Console(" not in text, path
