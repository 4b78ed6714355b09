"""The supervisor of a run: everything around the loop that may wait.

It starts telemetry and the loop process, stores every record, publishes ten times a second and
takes commands until the loop is over. The loop never waits for any of it.
"""

import asyncio
from contextlib import suppress
from typing import Protocol

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.app.child import LoopChild
from qiki_hil.app.run import Run
from qiki_hil.app.run_telemetry import RunTelemetry
from qiki_hil.errors import QikiError, StoppedError, StoreError
from qiki_hil.telemetry import PublisherStats

POLITE_STOPS = 2
"""Requests to stop after which the loop still ends by itself; the next one kills it."""
STOP_GRACE_S = 6.0
"""From a request to stop to the end of the loop. A loop that takes longer is killed: a rig closes
in less, and a service manager does not wait for ever."""
NOT_BEGUN = "interrupted before the loop began; nothing is kept"
REFRESH_S = 0.1
"""Snapshots, writes and views happen this often."""


class RunObserver(Protocol):
    """Shows a run while it is under way: a live view, plain lines, or nothing."""

    def refresh(self, blobs: list[bytes], telemetry: PublisherStats) -> None:
        """Called about ten times a second with the newest records since the last call."""

    def event(self, event: events_pb2.Event) -> None:
        """Called with every event."""


class Supervisor:
    """Runs one loop process and records what it sends."""

    def __init__(self, run: Run, observer: RunObserver) -> None:
        self.failure = ""
        """Why the supervisor itself had to end the run; empty where it did not."""
        self.telemetry = RunTelemetry(run)
        self._run = run
        self._observer = observer
        self._stops = 0
        self._asked = asyncio.Event()
        self._child = LoopChild(run.directory.path, self._take)
        # Commands of the scenario have the first numbers.
        self._next_command = 1 + len(run.parts.scenario.commands)
        run.events.listeners += [self._keep_event, observer.event]

    @property
    def loop(self) -> LoopChild:
        """The loop process: how it started and ended."""
        return self._child

    def submit(self, command: command_pb2.Command, source: str = "terminal") -> int:
        """Hands a command to the loop; returns its number. What becomes of it is an event.
        Raises QikiError where the loop takes no commands."""
        command.command_id, command.source = self._next_command, source
        if not self._child.request(link_pb2.LoopRequest(command=command)):
            raise QikiError("not sent: the loop takes no commands (it is over, or hangs)")
        self._next_command += 1
        return command.command_id

    def stop(self) -> None:
        """Ends the run in order; called again, asks past the link; from the third time on, ends
        the loop process without its help."""
        self._stops += 1
        if self._stops > POLITE_STOPS:
            self._child.kill()
        elif self._stops == POLITE_STOPS:
            self._child.terminate()
        self._ask_to_stop()

    @property
    def armed(self) -> bool:
        """Whether the controller is armed, as far as it is known here."""
        return self._run.recorder.armed

    @property
    def stopped(self) -> bool:
        """Whether an end was requested."""
        return self._stops > 0

    async def run(self) -> None:
        """Runs from start to the end of the loop. Raises BrokerError or StoppedError before
        anything moves."""
        await self.telemetry.start()
        await asyncio.sleep(0)  # a request from before this event loop is delivered here
        if self.stopped:
            raise StoppedError(NOT_BEGUN)
        await self._child.start()
        self._run.emit_start()
        ticker = asyncio.create_task(self._refresh_forever(), name="refresh")
        ticker.add_done_callback(self._refreshing_ended)
        await self._end_of_loop()
        ticker.cancel()
        with suppress(asyncio.CancelledError):
            await ticker
        self._refresh()

    async def close(self) -> None:
        """Ends telemetry. Idempotent."""
        await self.telemetry.close()

    async def _end_of_loop(self) -> None:
        """Returns when the loop is over. One that was asked to stop has its time for that."""
        ended = asyncio.create_task(self._child.wait(), name="end of the loop")
        asked = asyncio.create_task(self._asked.wait(), name="request to stop")
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        await asyncio.wait({ended}, timeout=STOP_GRACE_S)
        if not ended.done():
            self._child.kill()
        await ended

    def finish_record(self) -> None:
        """Writes what still waits to be written, as far as that is possible."""
        try:
            self._run.recorder.write()
            self._run.store.finish()
        except StoreError as error:
            self.failure = self.failure or str(error)

    def _take(self, packet: bytes) -> None:
        try:
            self._run.recorder.take(packet)
        except StoreError as error:
            self._fail(error)

    def _keep_event(self, event: events_pb2.Event) -> None:
        try:
            self._run.store.append_event(event)
        except StoreError as error:
            self._fail(error)

    def _fail(self, error: StoreError) -> None:
        """A record that cannot be written ends the run. The valves close first; what went wrong is
        reported when the loop is over. What comes until then is kept for the last attempt."""
        self.failure = self.failure or str(error)
        self._ask_to_stop()

    def _ask_to_stop(self) -> None:
        self._asked.set()
        # A process that somebody stopped could not act on the request.
        self._child.resume()
        if not self._child.request(link_pb2.LoopRequest(stop=True)):
            self._child.terminate()

    def _refreshing_ended(self, ticker: asyncio.Task[None]) -> None:
        """Stops the loop where refreshing failed: it must not fly on without a record."""
        if not ticker.cancelled():
            self._ask_to_stop()

    async def _refresh_forever(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            self._refresh()

    def _refresh(self) -> None:
        blobs = self._run.recorder.recent()
        self._run.recorder.emit_dropped()
        if not self.failure:
            try:
                self._run.recorder.write()
                self._run.store.flush()
            except StoreError as error:
                self._fail(error)
        self.telemetry.publish(blobs)
        with suppress(OSError):  # a terminal that is gone shows nothing, and the run goes on
            self._observer.refresh(blobs, self.telemetry.stats)
