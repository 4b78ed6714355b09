"""A committed table tells what differs from it, and changes only when that is wanted."""

from pathlib import Path

import pytest

from tests.references import Row, Table

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[1]
ROWS: list[Row] = [
    {"scenario": "hop", "rate_hz": 200, "miss_m": 0.25, "pulses": 31, "failing": ""},
    {"scenario": "hop", "rate_hz": 1000, "miss_m": 1 / 3, "pulses": 30, "failing": ""},
    {"scenario": "turn", "rate_hz": 200, "miss_m": 0.0, "pulses": 7, "failing": "arrives"},
]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    table = Table(tmp_path / "table.csv", ("scenario", "rate_hz"))
    table.write(ROWS)
    return table


def changed(row: int, **cells: object) -> list[Row]:
    """The rows with some cells of one of them replaced."""
    return [{**cells_of, **(cells if n == row else {})} for n, cells_of in enumerate(ROWS)]


def test_what_was_written_is_as_committed(table: Table) -> None:
    assert table.differences(ROWS) == []
    assert table.row("hop", 1000)["miss_m"] == "0.333333333333"


def test_a_group_is_compared_and_replaced_alone(table: Table) -> None:
    before = table.read()
    (turn,) = changed(2, pulses=8)[2:]
    assert table.differences([turn]) == ["turn 200: pulses: 7 in the table, 8 now"]
    table.write([turn])
    assert table.read() == [*before[:2], {**before[2], "pulses": "8"}]


def test_rows_are_sorted_by_key_and_numbers_as_numbers(table: Table) -> None:
    before = table.path.read_text()
    table.write(ROWS[::-1])
    assert table.path.read_text() == before
    assert [row["rate_hz"] for row in table.read()] == ["200", "1000", "200"]


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ({"miss_m": 0.5}, "hop 200: miss_m: 0.25 in the table, 0.5 now"),
        ({"miss_m": 0.25 * (1 + 2e-9)}, "hop 200: miss_m: 0.25 in the table, 0.2500000005 now"),
        ({"pulses": 32}, "hop 200: pulses: 31 in the table, 32 now"),
        ({"failing": "arrives"}, "hop 200: failing:  in the table, arrives now"),
        ({"miss_m": float("nan")}, "hop 200: miss_m: 0.25 in the table, nan now"),
        ({"speed_mps": 1.0}, "hop 200: speed_mps: a column of the results alone"),
    ],
)
def test_a_wrong_cell_is_told_with_row_column_old_and_new(
    table: Table, cells: dict[str, object], text: str
) -> None:
    assert table.differences(changed(0, **cells)) == [text]


def test_the_last_bits_of_a_number_do_not_matter(table: Table) -> None:
    assert table.differences(changed(0, miss_m=0.25 * (1 + 5e-10))) == []


def test_a_zero_is_a_zero(table: Table) -> None:
    assert table.differences(changed(2, miss_m=1e-12)) == [
        "turn 200: miss_m: 0 in the table, 1e-12 now"
    ]


def test_a_row_on_one_side_only_is_told(table: Table) -> None:
    assert table.differences(ROWS[:1]) == ["hop 1000: in the table, but no such case is left"]
    more = [*ROWS, {**ROWS[0], "rate_hz": 500}]
    assert table.differences(more) == ["hop 500: not in the table"]


def test_a_difference_fails_until_its_change_is_wanted(
    table: Table, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest("from tests.conftest import *")
    pytester.makepyfile(
        f"""
        from pathlib import Path
        from tests.references import Table

        def test_it(assert_as_committed):
            table = Table(Path({str(table.path)!r}), {table.keys!r})
            assert_as_committed(table, {changed(0, pulses=1)!r})
        """
    )
    before = table.path.read_text()
    line = "hop 200: pulses: 31 in the table, 1 now"
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines([f"*{line}"])
    assert table.path.read_text() == before
    done = pytester.runpytest_subprocess("--update-refs")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["*committed results changed*", f"table.csv: {line}"])
    assert table.row("hop", 200)["pulses"] == "1"
