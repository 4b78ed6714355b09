"""Where a run is published: nowhere, on a broker of its own, or on the one at a URL."""

import asyncio
from dataclasses import asdict

from qiki_hil import clock
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2
from qiki_hil.app.events import SOURCE
from qiki_hil.app.request import NATS_OFF, NATS_PRIVATE
from qiki_hil.app.run import Run
from qiki_hil.telemetry import (
    LatestCycles,
    PrivateBroker,
    PublisherStats,
    SnapshotOrigin,
    TelemetryPublisher,
    build_snapshot,
    node_thresholds,
)

NOT_PUBLISHED = PublisherStats(
    published=0,
    acked=0,
    duplicates=0,
    refused=0,
    snapshots_dropped=0,
    events_lost=0,
    waiting=0,
    reconnects=0,
    connected=False,
    last_error="",
)


class RunTelemetry:
    """Broker, publisher and the latest state of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._broker: PrivateBroker | None = None
        self._publisher: TelemetryPublisher | None = None
        self._latest = LatestCycles()
        spec = run.parts.spec
        self._origin = SnapshotOrigin(
            run.directory.run_id, SOURCE, spec.hash, node_thresholds(spec)
        )

    @property
    def stats(self) -> PublisherStats:
        """How publishing goes."""
        return self._publisher.stats if self._publisher else NOT_PUBLISHED

    @property
    def url(self) -> str:
        """Where telemetry goes; empty where it goes nowhere."""
        return self._publisher.url if self._publisher else ""

    def facts(self) -> dict[str, int | float | str | bool | None]:
        """Publishing, for the summary."""
        return {"url": self.url} | asdict(self.stats)

    async def start(self) -> None:
        """Starts publishing, from here on also every event. Raises BrokerError where the private
        broker does not start."""
        url = self._run.parts.nats
        if url == NATS_OFF:
            return
        if url == NATS_PRIVATE:
            self._broker = PrivateBroker(self._run.directory.nats_path)
            await asyncio.to_thread(self._broker.start)
            url = self._broker.url
        self._publisher = TelemetryPublisher(url, on_connection=self._broker_changed)
        self._run.events.listeners.append(self._publisher.publish_event)
        self._publisher.start()

    def publish(self, blobs: list[bytes]) -> None:
        """Publishes a snapshot of the state after these records; the latest one again where
        there are none, with its age."""
        if self._publisher is None:
            return
        now_ns = clock.monotonic_ns()
        for blob in blobs:
            self._latest.absorb(cycle_pb2.CycleRecord.FromString(blob), now_ns)
        if self._latest.record is None:
            return
        snapshot = build_snapshot(
            self._origin,
            self._latest,
            unix_ns=clock.unix_ns(),
            monotonic_ns=now_ns,
            records_dropped=self._run.recorder.dropped,
        )
        self._publisher.publish_snapshot(snapshot)

    async def close(self) -> None:
        """Gives what waits a moment to be sent, then stops the private broker. Idempotent."""
        if self._publisher is not None:
            await self._publisher.close()
        if self._broker is not None:
            self._broker.stop()

    def _broker_changed(self, connected: bool, detail: str) -> None:
        recorder = self._run.recorder
        changed = events_pb2.BrokerStateChanged(connected=connected, url=self.url, detail=detail)
        self._run.events.emit(changed, tick=recorder.tick, time_ns=recorder.time_ns)
