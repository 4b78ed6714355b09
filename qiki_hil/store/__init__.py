"""The durable record of a run: its directory, its manifest, its event store."""

from qiki_hil.store.columns import column_parts
from qiki_hil.store.manifest import RunDirectory, RunManifest, RunStatus
from qiki_hil.store.run_store import Counts, CycleRow, RunStore

__all__ = [
    "Counts",
    "CycleRow",
    "RunDirectory",
    "RunManifest",
    "RunStatus",
    "RunStore",
    "column_parts",
]
