"""Worker processes of this machine that fly chunks of cases."""

import multiprocessing
import os
import pickle
import subprocess
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Self

from qiki_hil.campaign.file import Campaign
from qiki_hil.campaign.flight import Row
from qiki_hil.children import ignore_stop_signals, python_module
from qiki_hil.errors import QikiError

CHUNKS_AT_A_TIME = 2
"""Chunks that a worker holds: one under way and the next, so that it is never idle."""


class Pool:
    """Some workers; use it as a context manager. Every worker is gone when the block is left."""

    def __init__(self, campaign: Campaign, jobs: int) -> None:
        content = os.memfd_create("campaign")
        try:
            os.write(content, pickle.dumps(campaign))
            self._workers = [Worker(content) for _ in range(jobs)]
        finally:
            os.close(content)

    @property
    def has_room(self) -> bool:
        """Whether a worker takes another chunk."""
        return any(worker.has_room for worker in self._workers)

    @property
    def idle(self) -> bool:
        """Whether no chunk is under way."""
        return not any(worker.chunks for worker in self._workers)

    def submit(self, chunk: range) -> None:
        """Hands a chunk to the worker that has the least to do. Raises QikiError where it died."""
        able = [worker for worker in self._workers if worker.has_room]
        min(able, key=lambda worker: worker.chunks).fly(chunk)

    def flown(self, timeout_s: float) -> Iterator[list[Row]]:
        """Rows of the chunks that are flown, after waiting so long for one. Raises QikiError where
        a worker died."""
        ready = wait([worker.link for worker in self._workers], timeout_s)
        for worker in self._workers:
            if worker.link in ready and (rows := worker.rows()):
                yield rows

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.end()


class Worker:
    """One worker process; see worker.py."""

    def __init__(self, campaign_fd: int) -> None:
        self.chunks = 0
        """Chunks that it holds."""
        self._ready = False
        self.link: Connection[range, Any]
        self.link, theirs = multiprocessing.Pipe()
        with theirs:
            descriptors = (theirs.fileno(), campaign_fd)
            self._process = subprocess.Popen(
                python_module("qiki_hil.campaign.worker", *map(str, descriptors)),
                stdin=subprocess.PIPE,
                pass_fds=descriptors,
                preexec_fn=ignore_stop_signals,
            )

    @property
    def has_room(self) -> bool:
        """Whether it takes another chunk: not while it starts, for what it holds is waited for
        when an end is requested."""
        return self._ready and self.chunks < CHUNKS_AT_A_TIME

    def fly(self, chunk: range) -> None:
        """Hands it a chunk. Raises QikiError where it died."""
        try:
            self.link.send(chunk)
        except OSError:
            raise self._dead() from None
        self.chunks += 1

    def rows(self) -> list[Row]:
        """The rows of its oldest chunk; none where it says that it is ready. Raises QikiError where
        it died, or what flying raised."""
        try:
            answer = self.link.recv()
        except (EOFError, OSError):
            raise self._dead() from None
        if answer is None:
            self._ready = True
            return []
        self.chunks -= 1
        if isinstance(answer, Exception):
            raise answer
        rows: list[Row] = answer
        return rows

    def end(self) -> None:
        """Ends it at once: it has nothing of its own to put in order."""
        self._process.kill()
        self._process.communicate()
        self.link.close()

    def _dead(self) -> QikiError:
        code = self._process.wait()
        how = f"signal {-code}, out of memory?" if code < 0 else f"exit code {code}"
        return QikiError(f"a worker process died ({how}); what was flown is kept; try fewer --jobs")
