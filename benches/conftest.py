"""The table at the end, and the means that all benches share."""

import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benches.ledger import Ledger

RESULTS = Path(__file__).with_name("results")
LEDGER = pytest.StashKey[Ledger]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEDGER] = Ledger()


@pytest.fixture(scope="session")
def ledger(pytestconfig: pytest.Config) -> Ledger:
    """Where every bench enters what it found."""
    return pytestconfig.stash[LEDGER]


@pytest.fixture
def one_cpu() -> Iterator[int]:
    """Keeps the bench on the last CPU it may use, so that nothing migrates while it is timed."""
    allowed = os.sched_getaffinity(0)
    last = max(allowed)
    os.sched_setaffinity(0, {last})
    yield last
    os.sched_setaffinity(0, allowed)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple):
        SKIPPED.append(
            (report.nodeid.split("::")[-1], report.longrepr[2].removeprefix("Skipped: "))
        )


SKIPPED: list[tuple[str, str]] = []


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {
        "date": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
        "cpu": model,
        "cpus": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_1min": os.getloadavg()[0],
    }


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    ledger = config.stash[LEDGER]
    for what, reason in SKIPPED:
        ledger.skip(what, reason)
    if not ledger.rows:
        return
    terminalreporter.section("figures")
    for line in ledger.table():
        terminalreporter.write_line(line)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.json"
    ledger.write(path, machine())
    terminalreporter.write_line(f"written to {path.relative_to(config.rootpath)}")
