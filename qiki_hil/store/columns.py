"""The records of a run as columns, part after part: a whole run may not fit into memory."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from numpy.typing import NDArray

from qiki_hil.errors import StoreError
from qiki_hil.kernels import CycleDecoder
from qiki_hil.store.run_store import RunStore

PART_ROWS = 1 << 16
"""Rows of a part, which take some 100 MB: two minutes at 500 Hz. Sums over parts are added up, so
within one part they are those of numpy over the whole run."""


def column_parts(store: RunStore, rows: int = PART_ROWS) -> Iterator[dict[str, NDArray[Any]]]:
    """All cycles, by tick, as columns of at most so many `rows`; a row is as if all were in one
    part. Raises StoreError where they cannot be read."""
    decoder = CycleDecoder()
    blobs = store.cycle_blobs()
    while True:
        try:
            columns = decoder.decode(list(islice(blobs, rows)))
        except ValueError as error:
            raise StoreError(f"cannot read {store.path}: {error}") from error
        if not len(columns["tick"]):
            return
        yield columns
