"""Scenario files for runs through the executable."""

from pathlib import Path

import pytest

from tests.runs import LONG, SHORT, write_scenario


@pytest.fixture
def short(tmp_path: Path) -> Path:
    return write_scenario(tmp_path / "short.yaml", SHORT)


@pytest.fixture
def long(tmp_path: Path) -> Path:
    return write_scenario(tmp_path / "long.yaml", LONG)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "runs"
