"""What Basilisk's parts cost, in a process of its own: its bindings warn and take long to load.

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
MAPPING = Path(__file__).with_name("basilisk_mapping.py")
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
    output = run(cpu, SCRIPT, "--time", "--out", str(folder / "b.csv"))
    return figure(r"([\d.]+) us per step", output)


def mapping_us(folder: Path, craft_json: str, cpu: int) -> tuple[float, float]:
    """Best of five: a call of the mapping of a torque, and of a whole wrench, us, on one CPU."""
    craft = folder / "craft.json"
    craft.write_text(craft_json)
    output = run(cpu, MAPPING, str(craft))
    return tuple(figure(rf"{what} ([\d.]+) us", output) for what in ("torque", "wrench"))  # type: ignore[return-value]


def run(cpu: int, script: Path, *arguments: str) -> str:
    """What a script prints under an interpreter with Basilisk, on one CPU."""
    command = [interpreter(), "-W", "ignore", str(script), *arguments]
    return subprocess.run(
        ["taskset", "-c", str(cpu), *command],
        capture_output=True, text=True, check=True, timeout=TIMEOUT_S,
    ).stdout  # fmt: skip


def figure(pattern: str, output: str) -> float:
    """The number that the pattern finds in a script's output."""
    match = re.search(pattern, output)
    assert match, output
    return float(match[1])
