"""Reports on a real terminal of 80 columns: what is drawn in columns is no wider than that, and
nothing of it is cut off."""

import fcntl
import os
import re
import struct
import subprocess
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.runs import QIKI_HIL, write_scenario

COLUMNS = 80
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# Borders, arrows and blanks in a row: prose has none of them, and is wrapped by the terminal.
_DRAWN = re.compile(r"[─-╿]|\S {2,}\S")
REPORTS = (
    "bot show dodeca-01",
    "bot show dodeca-table",
    "bot map",
    "bot map --direction +yaw",
    "alloc explain --force 200,0,0 --torque 0,10,0 --out 3",
    "alloc report --out 3",
    "profile preview by_groups",
    "profile preview split_burn",
    "can load --rate 500",
    "bench modulator --rate 500",
)


def shown(*arguments: object, columns: int = COLUMNS) -> list[str]:
    """The lines that a command writes to a terminal, without colours."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(
        [str(QIKI_HIL), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
    ):
        os.close(theirs)
        written = b""
        try:
            while data := os.read(ours, 65536):
                written += data
        except OSError:
            pass  # the other end is closed
    os.close(ours)
    return [line.rstrip() for line in _ESCAPE.sub("", written.decode()).splitlines()]


def numbers(lines: list[str]) -> list[str]:
    """Every number in order of its size: however a table is folded, none of them is broken."""
    return sorted(re.findall(r"[-+]?\d+(?:\.\d+)?", "\n".join(lines)))


@pytest.mark.parametrize("command", REPORTS)
def test_a_report_fits_a_terminal_of_80_columns_and_keeps_every_number(command: str) -> None:
    narrow, wide = shown(*command.split()), shown(*command.split(), columns=200)
    drawn = [line for line in narrow if _DRAWN.search(line)]
    assert drawn
    assert [line for line in drawn if cell_len(line) > COLUMNS] == []
    assert not any("…" in line for line in narrow)
    assert numbers(narrow) == numbers(wide)


def test_the_summaries_of_a_campaign_and_a_run_fit(tmp_path: Path) -> None:
    text = "name: brief\nduration_s: 0.2\nexpect:\n  - {name: still, signal: speed_mps, max: 1}\n"
    scenario = write_scenario(tmp_path / "brief.yaml", text)
    (tmp_path / "few.yaml").write_text("name: few\ncases: 2\nscenarios: [./brief.yaml]\n")
    campaign = shown(*("campaign", tmp_path / "few.yaml", "--jobs", 1, "--out", tmp_path / "out"))
    run = shown(
        *("run", "--scenario", scenario, "--speed", "max", "--nats", "off", "--no-report"),
        *("--runs", tmp_path / "runs", "--plain"),
    )
    for lines in (campaign, run):
        assert any("PASSED" in line for line in lines)
        wide = [line for line in lines if _DRAWN.search(line) and cell_len(line) > COLUMNS]
        assert wide == []
    assert any(line.strip() == "position_error_end_m" for line in campaign)


@pytest.mark.parametrize("command", ["run", "campaign", "bot init", "bot map", "can decode"])
def test_help_fits(command: str) -> None:
    assert all(cell_len(line) <= COLUMNS for line in shown(*command.split(), "--help"))
