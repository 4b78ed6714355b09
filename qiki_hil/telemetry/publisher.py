"""Publishes snapshots and events to JetStream without ever blocking its caller or raising.

The caller puts messages into two bounded queues, one for events and one for snapshots. One
background task connects, sets up the streams, and sends one message after the other, events first,
each until it is acknowledged. On any error it drops the connection, waits and connects again, for
ever; a message that is sent twice has the same id, so that JetStream stores it once. When a queue
is full its oldest message is dropped and counted.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import nats.errors
from google.protobuf.json_format import Error as EncodeError
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import PubAck
from nats.js.errors import APIError, BadRequestError

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import snapshot_pb2
from qiki_hil.telemetry.bounded_queue import BoundedQueue, Outgoing
from qiki_hil.telemetry.broker_client import BrokerClient, error_text
from qiki_hil.telemetry.broker_url import checked, redacted
from qiki_hil.telemetry.denial import Denial, DeniedError
from qiki_hil.telemetry.events import subject_of, type_of
from qiki_hil.telemetry.streams import SNAPSHOT_SUBJECT, StreamRetention, ensure_streams

SNAPSHOT_TYPE = "qiki.telemetry.v1.Snapshot"
# The close must also end when the server does not answer.
CLOSE_TIMEOUT_S = 1.0
# A message that the broker refuses for now is tried this often; then it stands in the way no more.
TRIES_MAX = 3
# A cancellation can get lost: nats-py keeps one that comes while it flushes to itself, and
# `wait_for` of Python 3.11 one that comes together with its result. So it is repeated.
CANCEL_EVERY_S = 0.5
CANCELS_MAX = 6
# nats-py allows two pings without an answer: a dead host is noticed after three of these.
PING_INTERVAL_S = 5

# Called when the connection is made or lost: whether it is there, and why not.
ConnectionListener = Callable[[bool, str], None]


@dataclass(frozen=True)
class PublisherTiming:
    """Timeouts of the background task."""

    connect_timeout_s: float = 2.0
    ack_timeout_s: float = 5.0
    retry_s: float = 0.5


@dataclass(frozen=True)
class PublisherStats:
    """Counts since construction: published = acked + duplicates + refused + snapshots_dropped +
    events_lost + waiting."""

    published: int
    acked: int
    duplicates: int
    """The broker held a message with this id already: sent before the connection broke, or not
    ours."""
    refused: int
    """Set aside, because the broker does not take them."""
    snapshots_dropped: int
    events_lost: int
    waiting: int
    reconnects: int
    connected: bool
    last_error: str


class TelemetryPublisher:
    """Must be made inside a running event loop; then `start`, publish, `close`.

    Only the constructor raises: BrokerError where `url` is no NATS URL, ValueError where a bound is
    below 1.
    """

    def __init__(
        self,
        url: str,
        *,
        max_snapshots: int = 50,
        max_events: int = 10_000,
        retention: StreamRetention | None = None,
        timing: PublisherTiming | None = None,
        on_connection: ConnectionListener | None = None,
    ) -> None:
        self.url = redacted(url)
        self._url = checked(url)
        self._snapshots = BoundedQueue(max_snapshots)
        self._events = BoundedQueue(max_events)
        self._retention = retention or StreamRetention()
        self._timing = timing or PublisherTiming()
        self._on_connection = on_connection
        self._connections = 0
        self._connected: bool | None = None  # not known yet
        self._last_error = ""
        self._tries = 0
        self._denial: Denial | None = None
        self._work = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self._over = False

    def start(self) -> None:
        """Starts the background task; returns at once, whether a broker is there or not."""
        if self._task is None and not self._closed:
            self._task = asyncio.create_task(self._run(), name="telemetry-publisher")

    def publish_snapshot(self, snapshot: snapshot_pb2.TelemetrySnapshot) -> None:
        """Queues a snapshot, which must not change afterwards. Never blocks."""
        identity = f"telemetry-{snapshot.run_id}-{snapshot.unix_ns}"
        source, unix_ns = snapshot.source, snapshot.unix_ns
        item = Outgoing(SNAPSHOT_SUBJECT, identity, source, SNAPSHOT_TYPE, unix_ns, snapshot)
        self._put(self._snapshots, item)

    def publish_event(self, event: events_pb2.Event) -> None:
        """Queues an event, which must not change afterwards. Never blocks."""
        subject, kind = subject_of(event), type_of(event)
        item = Outgoing(subject, event.event_id, event.source, kind, event.unix_ns, event)
        self._put(self._events, item)

    @property
    def stats(self) -> PublisherStats:
        snapshots, events = self._snapshots, self._events
        return PublisherStats(
            published=snapshots.published + events.published,
            acked=snapshots.acked + events.acked,
            duplicates=snapshots.duplicates + events.duplicates,
            refused=snapshots.refused + events.refused,
            snapshots_dropped=snapshots.dropped,
            events_lost=events.dropped,
            waiting=snapshots.waiting + events.waiting,
            reconnects=max(0, self._connections - 1),
            connected=bool(self._connected),
            last_error=self._last_error,
        )

    async def close(self, timeout_s: float = 2.0) -> None:
        """Waits up to `timeout_s` for empty queues, counts the rest as dropped or lost, and
        disconnects. Idempotent. What is published afterwards counts as dropped or lost."""
        self._closed = True
        task, self._task = self._task, None
        if task is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), timeout_s)
            self._over = True
            await cancelled(task)
        self._snapshots.clear()
        self._events.clear()

    def _put(self, queue: BoundedQueue, item: Outgoing) -> None:
        queue.put(item)
        if self._closed:
            queue.clear()
            return
        self._empty.clear()
        self._work.set()

    async def _run(self) -> None:
        while not self._over:
            try:
                await self._serve()
            except Exception as error:  # no failure of the broker or the library may end the run
                self._report(False, error_text(error))
            await asyncio.sleep(self._timing.retry_s)

    async def _serve(self) -> None:
        """Serves one connection until it fails, which raises."""
        client, lost = BrokerClient(self._url), asyncio.Event()
        try:
            await self._connect(client, lost)
            jetstream = client.jetstream(timeout=self._timing.ack_timeout_s)
            async with asyncio.TaskGroup() as group:
                group.create_task(raise_when(lost))
                group.create_task(self._send_all(client, jetstream))
        finally:
            closing = asyncio.create_task(client.close(), name="closing of the connection")
            # A client that never connected may refuse to close.
            closing.add_done_callback(lambda task: task.cancelled() or task.exception())
            await asyncio.wait({closing}, timeout=CLOSE_TIMEOUT_S)
            closing.cancel()

    async def _connect(self, client: Client, lost: asyncio.Event) -> None:
        async def on_closed() -> None:
            lost.set()

        async def on_error(error: Exception) -> None:
            self._last_error = error_text(error)
            if self._denial is not None:
                self._denial.hear(error)

        try:
            async with asyncio.timeout(self._timing.connect_timeout_s):
                await client.connect(
                    self._url,
                    name="qiki-hil",
                    allow_reconnect=False,  # `_run` starts anew, with one rule for all failures
                    closed_cb=on_closed,
                    error_cb=on_error,
                    ping_interval=PING_INTERVAL_S,
                )
        except TimeoutError as error:
            # nats-py retries a refused connection until the timeout; its last error says more.
            raise client.last_error or error from None

    async def _send_all(self, client: Client, jetstream: JetStreamContext) -> None:
        try:
            await ensure_streams(jetstream, self._retention)
        except TimeoutError as error:
            # A broker that denies a request does not answer it; the client's last error tells.
            raise client.last_error or error from None
        self._connections += 1
        self._report(True, "")
        while True:
            queue = next(
                (queue for queue in (self._events, self._snapshots) if queue.waiting), None
            )
            if queue is not None:
                await self._send_first(jetstream, queue)
                continue
            self._empty.set()
            self._work.clear()
            await self._work.wait()

    async def _send_first(self, jetstream: JetStreamContext, queue: BoundedQueue) -> None:
        item = queue.first
        try:
            ack = await self._publish(jetstream, item)
        except (nats.errors.MaxPayloadError, EncodeError, BadRequestError, DeniedError) as error:
            self._set_aside(queue, item, error)
        except APIError as error:
            self._tries += 1
            if self._tries < TRIES_MAX:
                raise
            self._set_aside(queue, item, error)
        else:
            self._tries = 0
            self._count(queue, item, ack)

    async def _publish(self, jetstream: JetStreamContext, item: Outgoing) -> PubAck:
        """Sends an item. Raises DeniedError where the broker denies its subject, which it says on
        the connection and not in an answer."""
        headers, payload = item.encode()
        denial = self._denial = Denial(item.subject)
        sending = asyncio.create_task(jetstream.publish(item.subject, payload, headers=headers))
        answers: set[asyncio.Future[Any]] = {sending, denial.said}
        try:
            await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                return sending.result()
            raise DeniedError(denial.said.result())
        finally:
            self._denial = None
            sending.cancel()

    def _set_aside(self, queue: BoundedQueue, item: Outgoing, error: Exception) -> None:
        self._tries = 0
        self._last_error = f"{item.id} cannot be sent: {error_text(error)}"
        queue.refuse(item)

    def _count(self, queue: BoundedQueue, item: Outgoing, ack: PubAck) -> None:
        if ack.duplicate:
            self._last_error = f"{item.id} was there already"
            queue.done_before(item)
        else:
            queue.done(item)

    def _report(self, connected: bool, detail: str) -> None:
        if detail:
            self._last_error = detail
        if connected == self._connected:
            return
        self._connected = connected
        if self._on_connection is not None:
            try:
                self._on_connection(connected, detail)
            except Exception as error:  # a listener must not end the task
                self._last_error = f"the connection listener failed: {error_text(error)}"


async def cancelled(task: asyncio.Task[None]) -> None:
    """Cancels a task and returns when it has ended, or after a bounded time."""
    for _ in range(CANCELS_MAX):
        task.cancel()
        if (await asyncio.wait({task}, timeout=CANCEL_EVERY_S))[0]:
            return


async def raise_when(lost: asyncio.Event) -> None:
    await lost.wait()
    raise ConnectionError("the broker closed the connection")
