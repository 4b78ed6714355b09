"""Rows of cases as a Parquet file, one row a case."""

import io
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from qiki_hil.campaign.dispersions import number_names
from qiki_hil.campaign.file import Campaign
from qiki_hil.campaign.flight import METRICS, Row, expectation_name
from qiki_hil.errors import StoreError
from qiki_hil.store.manifest import write_atomically


def schema(campaign: Campaign) -> pa.Schema:
    """The columns of a campaign; known before anything is flown."""
    fields: list[tuple[str, pa.DataType]] = [
        ("case", pa.int64()),
        ("scenario", pa.string()),
        ("seed", pa.int64()),
        ("passed", pa.bool_()),
        ("failing", pa.list_(pa.string())),
        ("error", pa.string()),
    ]
    for quantity in campaign.entries.dispersions:
        fields += [(f"drawn.{name}", pa.float64()) for name in number_names(quantity)]
    count = len(campaign.entries.faults)
    fields += [(f"drawn.faults[{number}]", pa.string()) for number in range(count)]
    fields += [(f"metric.{name}", pa.float64()) for name in METRICS]
    for scenario in campaign.scenarios:
        for expectation in scenario.expect:
            prefix = expectation_name(scenario.name, expectation.name)
            fields.append((f"{prefix}.passed", pa.bool_()))
            fields += [(f"{prefix}.{part}", pa.float64()) for part in ("measured", "margin")]
    return pa.schema(fields)


def write(path: Path, campaign: Campaign, rows: Iterable[Row]) -> None:
    """Writes the rows by case: whole, so that the file can be read at any moment. Raises
    StoreError where it cannot be written."""
    ordered = sorted(rows, key=lambda row: int(row["case"]))
    table = pa.Table.from_pylist(ordered, schema=schema(campaign))
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    write_atomically(path, sink.getvalue())


def read_row(path: Path, case: int) -> Row | None:
    """The row of one case, None where it is not there. Raises StoreError where the file cannot
    be read."""
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"cannot read {path}: {error}") from error
    found: list[Row] = table.filter(pc.field("case") == case).to_pylist()
    return found[0] if found else None
