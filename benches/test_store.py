"""What the event store adds to SQLite."""

import sqlite3
import time
from pathlib import Path

from benches import craft
from benches.ledger import Ledger
from qiki_hil.store import RunStore
from qiki_hil.store.run_store import BATCH_ROWS

TICKS = 20_000
REPEATS = 5

Rows = list[tuple[int, int, bytes, int]]


def ours(path: Path, rows: Rows) -> float:
    """Seconds to append and commit through the store."""
    with RunStore.create(path) as store:
        begin = time.perf_counter()
        store.append_cycles(rows)
        store.flush()
        return time.perf_counter() - begin


def plain(path: Path, rows: Rows) -> float:
    """Seconds for the same rows, in the same batches, by sqlite3 alone."""
    with RunStore.create(path):
        pass  # the same file format, page size and journal
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    begin = time.perf_counter()
    for first in range(0, len(rows), BATCH_ROWS):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO cycles (tick, time_ns, record, checksum) VALUES (?, ?, ?, ?)",
            rows[first : first + BATCH_ROWS],
        )
        connection.execute("COMMIT")
    took_s = time.perf_counter() - begin
    connection.close()
    return took_s


def test_appending_cycles_costs_little_more_than_sqlite(
    ledger: Ledger, one_cpu: int, tmp_path: Path
) -> None:
    rows = craft.fly(TICKS).rows
    pairs = []
    for number in range(REPEATS):  # in turns, so that both meet the same disk
        a, b = tmp_path / f"ours{number}.sqlite", tmp_path / f"plain{number}.sqlite"
        pairs.append((ours(a, rows), plain(b, rows)))
        with RunStore.open(a) as store, RunStore.open(b) as peer:
            assert list(store.cycles()) == list(peer.cycles()) == rows
    ours_s, plain_s = (min(times) for times in zip(*pairs, strict=True))
    size = sum(len(blob) for _, _, blob, _ in rows) / len(rows)
    ledger.judge(
        "store_append_vs_sqlite",
        f"append of cycle records ({size:.0f} bytes)",
        f"{TICKS / ours_s:,.0f} rows/s",
        f"sqlite3 {TICKS / plain_s:,.0f} rows/s",
        ours_s / plain_s,
        cpu=one_cpu,
    )
