"""The supervisor of a run: everything around the loop that may wait.

It starts broker, store and loop, stores every record, publishes ten times a second, takes
commands, and when the loop is over sums the run up. The loop never waits for any of it.
"""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Protocol

from qiki_hil import clock
from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2, link_pb2
from qiki_hil.app.child import LoopChild
from qiki_hil.app.events import SOURCE, EventLog
from qiki_hil.app.recorder import Recorder
from qiki_hil.app.request import NATS_OFF, NATS_PRIVATE, RunParts
from qiki_hil.errors import QikiError, StoreError
from qiki_hil.kernels.controller import period_us
from qiki_hil.store import RunDirectory, RunStore
from qiki_hil.telemetry import (
    LatestCycles,
    PrivateBroker,
    PublisherStats,
    SnapshotOrigin,
    TelemetryPublisher,
    build_snapshot,
    node_limits,
)

PATIENCE = 2
"""Requests to stop that leave the end to the loop itself."""
REFRESH_S = 0.1
"""Snapshots, writes and views happen this often."""
NO_TELEMETRY = PublisherStats(
    published=0,
    acked=0,
    snapshots_dropped=0,
    events_lost=0,
    waiting=0,
    reconnects=0,
    connected=False,
    last_error="",
)


class RunObserver(Protocol):
    """Whoever looks on: a live view, plain lines, nobody."""

    def refresh(self, blobs: list[bytes], telemetry: PublisherStats) -> None:
        """The newest records since the last call; about ten times a second."""

    def event(self, event: events_pb2.Event) -> None:
        """Something happened."""


class Supervisor:
    """Runs one loop process and keeps what it says."""

    def __init__(
        self, run: RunDirectory, parts: RunParts, store: RunStore, observer: RunObserver
    ) -> None:
        self.run_directory = run
        self.parts = parts
        self.events = EventLog(run.run_id, clock.unix_ns)
        self.failure = ""
        """Why the supervisor itself had to end the run, in words."""
        self._stops = 0
        self._observer = observer
        self._store = store
        self._recorder = Recorder(store, self.events, parts.spec.thermal.node_names)
        self._child = LoopChild(run.path, self._take)
        self._broker: PrivateBroker | None = None
        self._publisher: TelemetryPublisher | None = None
        self._latest = LatestCycles()
        self._origin = SnapshotOrigin(run.run_id, SOURCE, parts.spec.hash, node_limits(parts.spec))
        self._next_command = 1 + len(parts.scenario.commands)
        self.events.listeners += [self._keep_event, observer.event]
        self._recorder.expect_faults(self._scheduled_faults())

    @property
    def loop(self) -> LoopChild:
        """The loop process: how it started and ended."""
        return self._child

    @property
    def telemetry(self) -> PublisherStats:
        """How publishing goes."""
        return self._publisher.stats if self._publisher else NO_TELEMETRY

    @property
    def broker_url(self) -> str:
        """Where telemetry goes; empty where it goes nowhere."""
        return self._publisher.url if self._publisher else ""

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
        if self._stops > PATIENCE:
            self._child.kill()
        elif self._stops == PATIENCE:
            self._child.terminate()
        self._ask_to_stop()

    @property
    def stopped(self) -> bool:
        """Somebody asked for the end."""
        return self._stops > 0

    async def run(self) -> None:
        """Runs from start to the end of the loop. Raises BrokerError before anything moves."""
        self._start_telemetry()
        await self._child.start()
        self._say_start()
        ticker = asyncio.create_task(self._refresh_forever(), name="refresh")
        ticker.add_done_callback(self._refreshing_ended)
        await self._child.wait()
        ticker.cancel()
        with suppress(asyncio.CancelledError):
            await ticker
        self._refresh()

    async def close(self) -> None:
        """Lets telemetry finish and stops the private broker."""
        if self._publisher is not None:
            await self._publisher.close()
        if self._broker is not None:
            self._broker.stop()

    def _start_telemetry(self) -> None:
        url = self.parts.nats
        if url == NATS_OFF:
            return
        if url == NATS_PRIVATE:
            self._broker = PrivateBroker(self.run_directory.nats_path)
            self._broker.start()
            url = self._broker.url
        self._publisher = TelemetryPublisher(url, on_connection=self._broker_changed)
        self.events.listeners.append(self._publisher.publish_event)
        self._publisher.start()

    def _broker_changed(self, connected: bool, detail: str) -> None:
        self.events.say(
            events_pb2.BrokerStateChanged(connected=connected, url=self.broker_url, detail=detail),
            tick=self._recorder.tick,
            time_ns=self._recorder.time_ns,
        )

    def _say_start(self) -> None:
        manifest = self.run_directory.manifest
        self.events.say(
            events_pb2.RunStarted(
                scenario=manifest.scenario,
                rig=manifest.rig,
                rate_hz=manifest.rate_hz,
                seed=manifest.seed,
                hardware_profile_hash=manifest.spec_hash,
            )
        )

    def _scheduled_faults(self) -> list[tuple[int, events_pb2.FaultInjected]]:
        period_s = period_us(self.parts.rate_hz) * 1e-6
        return [
            (tick, events_pb2.FaultInjected(fault=message))
            for tick, message in self.parts.scenario.timeline(period_s)
            if isinstance(message, link_pb2.RigFault)
        ]

    def _take(self, packet: bytes) -> None:
        if self.failure:
            return
        try:
            self._recorder.take(packet)
        except StoreError as error:
            self._fail(error)

    def _keep_event(self, event: events_pb2.Event) -> None:
        if self.failure:
            return
        try:
            self._store.append_event(event)
        except StoreError as error:
            self._fail(error)

    def _fail(self, error: QikiError) -> None:
        """A record that cannot be kept ends the run: valves first, words later."""
        self.failure = str(error)
        self._ask_to_stop()

    def _ask_to_stop(self) -> None:
        if not self._child.request(link_pb2.LoopRequest(stop=True)):
            self._child.terminate()

    def _refreshing_ended(self, ticker: asyncio.Task[None]) -> None:
        """A fault of ours must not leave the loop flying with nobody to hear it."""
        if not ticker.cancelled():
            self._ask_to_stop()

    async def _refresh_forever(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            self._refresh()

    def _refresh(self) -> None:
        blobs = self._recorder.recent()
        self._recorder.tell_dropped()
        if not self.failure:
            try:
                self._recorder.write()
                self._store.flush()
            except StoreError as error:
                self._fail(error)
        self._publish(blobs)
        with suppress(OSError):  # a terminal that is gone shows nothing, and the run goes on
            self._observer.refresh(blobs, self.telemetry)

    def _publish(self, blobs: list[bytes]) -> None:
        if self._publisher is None:
            return
        now_ns = clock.monotonic_ns()
        for blob in blobs:
            self._latest.absorb(cycle_pb2.CycleRecord.FromString(blob), now_ns)
        if self._latest.record is not None:
            snapshot = build_snapshot(
                self._origin,
                self._latest,
                unix_ns=clock.unix_ns(),
                monotonic_ns=now_ns,
                records_dropped=self._recorder.dropped,
            )
            self._publisher.publish_snapshot(snapshot)

    def telemetry_facts(self) -> dict[str, int | float | str | bool | None]:
        """Publishing, for the summary."""
        return {"url": self.broker_url} | asdict(self.telemetry)


class obeying_signals:  # noqa: N801  (a context manager, used like a function)
    """While inside, SIGINT, SIGTERM and SIGHUP (a terminal that was closed) call `stop` instead
    of ending the process. Under `nohup` SIGHUP stays ignored."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._signals = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            self._signals.append(signal.SIGHUP)

    def __enter__(self) -> None:
        for number in self._signals:
            asyncio.get_running_loop().add_signal_handler(number, self._stop)

    def __exit__(self, *_: object) -> None:
        for number in self._signals:
            asyncio.get_running_loop().remove_signal_handler(number)
