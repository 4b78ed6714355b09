"""Cases on processes of this machine, or on the workers of a Dask cluster.

Both yield the rows of a chunk as soon as it is flown, in any order. `stops` says how often an end
was requested. From the first time on, chunks that have not begun are dropped, and those under way
on this machine are still yielded; the second time gives those up, too.
"""

import os
from collections import deque
from collections.abc import Callable, Generator
from importlib import import_module
from typing import Any

from qiki_hil.campaign.file import Campaign
from qiki_hil.campaign.flight import Row, fly_cases
from qiki_hil.campaign.pool import Pool
from qiki_hil.errors import QikiError
from qiki_hil.kernels import __version__ as core_version

CHUNK_SIMULATED_S = 500.0
"""Simulated time in a chunk: about a second of work."""
CHUNK_MAX = 64
CHUNKS_PER_WORKER = 4
"""At least this many chunks for each worker, so that all of them end at about the same time."""
DASK_TIMEOUT_S = 10.0
POLL_S = 0.2
"""`stops` is called at least this often."""

Rows = Generator[list[Row]]
Stops = Callable[[], int]


def usable_cpus() -> int:
    """The CPUs that this process may use."""
    return len(os.sched_getaffinity(0))


def chunked(campaign: Campaign, workers: int) -> list[range]:
    """The cases in chunks."""
    cases = campaign.entries.cases
    longest_s = max(scenario.duration_s for scenario in campaign.scenarios)
    by_time = int(CHUNK_SIMULATED_S / longest_s)
    by_workers = -(-cases // (workers * CHUNKS_PER_WORKER))
    size = max(1, min(by_time, by_workers, CHUNK_MAX))
    return [range(first, min(first + size, cases)) for first in range(0, cases, size)]


def in_processes(campaign: Campaign, jobs: int, stops: Stops) -> Rows:
    """Flies all cases in `jobs` processes. Raises QikiError where a process dies."""
    chunks = deque(chunked(campaign, jobs))
    with Pool(campaign, min(jobs, len(chunks))) as pool:
        while True:
            while chunks and pool.has_room and not stops():
                pool.submit(chunks.popleft())
            if stops() > 1 or (pool.idle and (stops() or not chunks)):
                return
            yield from pool.flown(POLL_S)


def on_dask(campaign: Campaign, address: str, stops: Stops) -> Rows:
    """Flies all cases on the Dask cluster at `address`. Raises QikiError where it cannot be
    reached, has no workers, or runs another version of this package."""
    distributed = _import_distributed()
    try:
        client = distributed.Client(address, timeout=DASK_TIMEOUT_S)
    except (OSError, ValueError, TimeoutError) as error:
        raise QikiError(
            f"dask {address}: no scheduler answers ({error}); start one with `dask scheduler`"
        ) from error
    with client:
        workers = _check_workers(client, address)
        plan = client.scatter(campaign, broadcast=True)
        chunks = iter(chunked(campaign, workers))
        waiting: set[Any] = set()
        try:
            while not stops():
                while len(waiting) < 2 * workers and (chunk := next(chunks, None)):
                    waiting.add(client.submit(fly_cases, plan, chunk, pure=False))
                if not waiting:
                    return
                done = _done(distributed, waiting)
                waiting -= done
                for future in done:
                    yield future.result()
        except (distributed.CancelledError, distributed.KilledWorker) as error:
            raise QikiError(f"dask {address}: the cluster gave cases up: {error}") from error
        finally:
            client.cancel(list(waiting))


def _done(distributed: Any, waiting: set[Any]) -> set[Any]:
    """The futures that are done, after waiting up to `POLL_S` for one."""
    try:
        done: set[Any] = distributed.wait(waiting, POLL_S, "FIRST_COMPLETED").done
    except TimeoutError:
        return set()
    return done


def _import_distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError as error:
        raise QikiError(
            "--dask needs the package distributed: pip install 'qiki-hil[campaign-dask]', "
            "or leave --dask out to use the processors of this machine"
        ) from error


def _check_workers(client: Any, address: str) -> int:
    """How many worker threads there are. All must have the version of the core that this process
    has, because a case gives the same bits only in the same version. Raises QikiError."""
    try:
        versions: dict[str, str] = client.run(_core_version)
    except Exception as error:  # what a worker raises is raised here, whatever it is
        raise QikiError(
            f"dask {address}: a worker cannot import qiki_hil ({error}); install "
            f"qiki-hil {core_version} where the workers run"
        ) from error
    if not versions:
        raise QikiError(f"dask {address}: no workers; start some with `dask worker {address}`")
    for worker, version in versions.items():
        if version != core_version:
            raise QikiError(
                f"dask {address}: worker {worker} has qiki-hil {version}, {core_version} needed"
            )
    return sum(client.nthreads().values())


def _core_version() -> str:
    return core_version


def described(jobs: int, dask: str | None) -> str:
    """The workers as text, for the summary."""
    return f"dask {dask}" if dask else f"{jobs} process{'es' if jobs > 1 else ''}"


def all_rows(campaign: Campaign, jobs: int, dask: str | None, stops: Stops) -> Rows:
    """The rows of all cases, chunk by chunk."""
    if dask:
        return on_dask(campaign, dask, stops)
    return in_processes(campaign, jobs, stops)
