"""Basilisk's cost per step, in a process of its own: its bindings warn and take long to load.

`QIKI_ORACLE_PYTHON` names an interpreter that has `bsk`; without it, the one that runs the bench.
"""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "basilisk_reference.py"
TIMEOUT_S = 120


@cache
def interpreter() -> str:
    """An interpreter with Basilisk; skips the bench where there is none."""
    python = os.environ.get("QIKI_ORACLE_PYTHON", sys.executable)
    found = subprocess.run([python, "-W", "ignore", "-c", "import Basilisk"], capture_output=True)
    if found.returncode:
        pytest.skip(f"needs bsk (Basilisk) in {python}; QIKI_ORACLE_PYTHON names another")
    return python


def step_us(folder: Path, cpu: int) -> float:
    """Best of three: one 2 ms step of a craft with 16 open thrusters, us, on one CPU."""
    command = [interpreter(), "-W", "ignore", str(SCRIPT), "--time", "--out", str(folder / "b.csv")]
    output = subprocess.run(
        ["taskset", "-c", str(cpu), *command],
        capture_output=True, text=True, check=True, timeout=TIMEOUT_S,
    ).stdout  # fmt: skip
    match = re.search(r"([\d.]+) us per step", output)
    assert match, output
    return float(match[1])
