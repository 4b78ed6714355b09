"""What holds for every test, and the option that writes committed tables of results anew."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import settings

from tests.references import Row, Table

# A property says what holds, not how fast: on a loaded machine an example may take any time, and
# the limit for a whole test ends what hangs.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

UPDATED = "updated reference"
"""The property of a test's report that says what became of a table."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-refs",
        action="store_true",
        help="write the committed tables of results anew, and print what changes in them",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what was changed. Properties of reports also come from the workers of xdist."""
    passed = terminalreporter.getreports("passed")
    texts = [text for report in passed for name, text in report.user_properties if name == UPDATED]
    if texts:
        terminalreporter.section("committed results changed")
    for text in texts:
        terminalreporter.line(text)


@pytest.fixture
def assert_as_committed(
    pytestconfig: pytest.Config, record_property: Callable[[str, object], None]
) -> Callable[[Table, Sequence[Row]], None]:
    """Compares results with a committed table; with `--update-refs` writes it where it differs."""

    def check(table: Table, rows: Sequence[Row]) -> None:
        lines = table.differences(rows)
        if lines and pytestconfig.getoption("update_refs"):
            table.write(rows)
            record_property(UPDATED, "\n".join(f"{table.path.name}: {line}" for line in lines))
            return
        where = f"{table.path.name} (pytest --update-refs writes it anew):"
        assert not lines, "\n".join([where, *lines])

    return check
