"""A private broker for each test, and helpers to look into it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import pytest
from nats.js import JetStreamContext

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import snapshot_pb2
from qiki_hil.telemetry import PrivateBroker, PublisherTiming, make_event

# Impatient, so that a broker that hangs is noticed soon.
FAST = PublisherTiming(connect_timeout_s=0.3, ack_timeout_s=0.3, retry_s=0.02)
DEADLINE_S = 20.0
POLL_S = 0.01


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[PrivateBroker]:
    with PrivateBroker(tmp_path / "nats") as broker:
        yield broker


async def until(condition: Callable[[], bool]) -> None:
    """Waits for something that other tasks or processes bring about."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(POLL_S)


@asynccontextmanager
async def jetstream(url: str) -> AsyncIterator[JetStreamContext]:
    client = await nats.connect(url)
    try:
        yield client.jetstream()
    finally:
        await client.close()


async def stored(url: str, stream: str) -> int:
    """How many messages a stream holds."""
    async with jetstream(url) as context:
        return (await context.stream_info(stream)).state.messages


def snapshot(number: int) -> snapshot_pb2.TelemetrySnapshot:
    source = "urn:qiki-hil:test"
    return snapshot_pb2.TelemetrySnapshot(run_id="r", source=source, tick=number, unix_ns=number)


def event(number: int) -> events_pb2.Event:
    detail = events_pb2.RecordsDropped(records=number)
    return make_event(
        "r", "urn:qiki-hil:test", number, detail, tick=number, time_ns=0, unix_ns=10**18
    )
