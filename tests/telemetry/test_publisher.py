"""The publisher against a real nats-server that is there, dead, hanging, and back again."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil.telemetry import PrivateBroker, PublisherStats, StreamRetention, TelemetryPublisher
from qiki_hil.telemetry.cloudevents import CloudEvent, parse
from qiki_hil.telemetry.streams import EVENTS_STREAM, TELEMETRY_STREAM
from tests.telemetry.conftest import FAST, event, jetstream, snapshot, stored, until
from tests.telemetry.servers import nats_server

Starter = Callable[..., TelemetryPublisher]


@pytest.fixture
async def start() -> AsyncIterator[Starter]:
    """Starts impatient publishers and closes them in the end."""
    made: list[TelemetryPublisher] = []

    def start(url: str, **options: Any) -> TelemetryPublisher:
        publisher = TelemetryPublisher(url, timing=FAST, **options)
        publisher.start()
        made.append(publisher)
        return publisher

    yield start
    for publisher in made:
        await publisher.close(0)


def accounted(stats: PublisherStats) -> int:
    gone = stats.acked + stats.duplicates + stats.refused
    return gone + stats.snapshots_dropped + stats.events_lost + stats.waiting


async def test_snapshots_and_events_can_be_read_back_through_jetstream(
    broker: PrivateBroker, start: Starter
) -> None:
    publisher = start(broker.url)
    publisher.publish_snapshot(snapshot(1))
    publisher.publish_event(event(2))
    await until(lambda: publisher.stats.acked == 2)
    async with jetstream(broker.url) as context:
        kept = await context.get_msg(TELEMETRY_STREAM, seq=1)
        told = await context.get_msg(EVENTS_STREAM, seq=1)
    assert kept.subject == "qiki.telemetry"
    assert json.loads(kept.data or b"")["tick"] == "1"
    assert told.subject == "qiki.events.v1.records_dropped"
    assert json.loads(told.data or b"")["recordsDropped"] == {"records": "2"}


async def test_headers_are_those_of_a_cloudevent(broker: PrivateBroker, start: Starter) -> None:
    publisher = start(broker.url)
    publisher.publish_event(event(2))
    await until(lambda: publisher.stats.acked == 1)
    async with jetstream(broker.url) as context:
        told = await context.get_msg(EVENTS_STREAM, seq=1)
    assert told.headers == {
        "ce-id": "evt-r-000002",
        "ce-source": "urn:qiki-hil:test",
        "ce-type": "qiki.events.v1.RecordsDropped",
        "ce-specversion": "1.0",
        "ce-time": "2001-09-09T01:46:40.000Z",
        "ce-datacontenttype": "application/json",
        "Nats-Msg-Id": "evt-r-000002",
    }
    read = parse(told.headers, told.data or b"")
    assert isinstance(read, CloudEvent)
    assert read.time_unix_ns == 10**18


async def test_streams_have_the_settings_asked_for(broker: PrivateBroker, start: Starter) -> None:
    publisher = start(broker.url, retention=StreamRetention(max_bytes=1_000_000))
    await until(lambda: publisher.stats.connected)
    async with jetstream(broker.url) as context:
        config = (await context.stream_info(TELEMETRY_STREAM)).config
        events = (await context.stream_info(EVENTS_STREAM)).config
    assert config.subjects == ["qiki.telemetry", "qiki.telemetry.>"]
    assert events.subjects == ["qiki.events.v1.>"]
    assert (config.storage, config.max_bytes, config.max_age) == ("file", 1_000_000, 3600)
    assert config.duplicate_window == 120


async def test_a_stream_that_forgets_early_has_a_duplicate_window_as_short(
    broker: PrivateBroker, start: Starter
) -> None:
    publisher = start(broker.url, retention=StreamRetention(max_age_s=60))
    await until(lambda: publisher.stats.connected)
    async with jetstream(broker.url) as context:
        assert (await context.stream_info(EVENTS_STREAM)).config.duplicate_window == 60


async def test_a_message_sent_twice_is_kept_once_and_counted_once(
    broker: PrivateBroker, start: Starter
) -> None:
    publisher = start(broker.url)
    for _ in range(3):
        publisher.publish_event(event(1))
    await until(lambda: publisher.stats.waiting == 0)
    assert (publisher.stats.acked, publisher.stats.duplicates) == (1, 2)
    assert publisher.stats.last_error == "evt-r-000001 was there already"
    assert await stored(broker.url, EVENTS_STREAM) == 1


async def test_an_event_too_large_for_its_stream_is_set_aside_and_the_rest_goes_on(
    broker: PrivateBroker, start: Starter
) -> None:
    async with jetstream(broker.url) as context:
        await context.add_stream(
            name=EVENTS_STREAM, subjects=["qiki.events.v1.>"], max_msg_size=800
        )
    publisher = start(broker.url)
    large = events_pb2.BrokerStateChanged(detail="x" * 800)
    for number in range(3):
        publisher.publish_event(
            events_pb2.Event(event_id=f"large-{number}", broker_state_changed=large)
        )
        publisher.publish_event(event(number))
    await until(lambda: publisher.stats.waiting == 0)
    stats = publisher.stats
    assert (stats.acked, stats.refused, stats.events_lost, stats.reconnects) == (3, 3, 0, 0)
    assert stats.last_error == "large-2 cannot be sent: message size exceeds maximum allowed"
    assert await stored(broker.url, EVENTS_STREAM) == 3


async def test_a_stream_that_is_full_and_keeps_what_it_has_holds_up_no_other(
    broker: PrivateBroker, start: Starter
) -> None:
    async with jetstream(broker.url) as context:
        await context.add_stream(
            name=EVENTS_STREAM, subjects=["qiki.events.v1.>"], max_msgs=1, discard="new"
        )
    publisher = start(broker.url)
    for number in range(3):
        publisher.publish_event(event(number))
    publisher.publish_snapshot(snapshot(1))
    await until(lambda: publisher.stats.waiting == 0)
    stats = publisher.stats
    assert (stats.acked, stats.refused, stats.events_lost) == (2, 2, 0)
    assert stats.last_error == "evt-r-000002 cannot be sent: maximum messages exceeded"
    assert await stored(broker.url, TELEMETRY_STREAM) == 1


async def test_a_stream_that_lacks_our_subjects_is_told(
    broker: PrivateBroker, start: Starter
) -> None:
    async with jetstream(broker.url) as context:
        await context.add_stream(name=TELEMETRY_STREAM, subjects=["qiki.telemetry.>"])
    publisher = start(broker.url)
    await until(lambda: publisher.stats.last_error != "")
    assert publisher.stats.last_error == (
        "stream QIKI_TELEMETRY_V1 is there but lacks the subject(s) qiki.telemetry;"
        " add them to it, or remove the stream"
    )
    assert not publisher.stats.connected


async def test_a_killed_server_that_comes_back_gets_everything_once(
    broker: PrivateBroker, tmp_path: Path, start: Starter
) -> None:
    changes: list[bool] = []
    publisher = start(broker.url, on_connection=lambda connected, _: changes.append(connected))
    publisher.publish_event(event(0))
    await until(lambda: publisher.stats.acked == 1)
    os.kill(broker.pid, signal.SIGKILL)
    for number in range(1, 6):
        publisher.publish_event(event(number))
    publisher.publish_snapshot(snapshot(1))
    await until(lambda: not publisher.stats.connected)
    assert publisher.stats.waiting >= 1
    assert publisher.stats.last_error != ""
    with PrivateBroker(tmp_path / "nats", port=broker.port) as again:
        await until(lambda: publisher.stats.waiting == 0)
        assert await stored(again.url, EVENTS_STREAM) == 6
        assert await stored(again.url, TELEMETRY_STREAM) == 1
        stats = publisher.stats
        assert (stats.reconnects, stats.waiting, stats.events_lost) == (1, 0, 0)
        assert changes == [True, False, True]
        await publisher.close()


async def test_a_server_that_hangs_costs_the_caller_nothing_but_counted_drops(
    broker: PrivateBroker, start: Starter
) -> None:
    publisher = start(broker.url, max_snapshots=5, max_events=20)
    await until(lambda: publisher.stats.connected)
    os.kill(broker.pid, signal.SIGSTOP)
    for number in range(1000):  # no await: nothing here can wait for the broker
        publisher.publish_snapshot(snapshot(number))
        publisher.publish_event(event(number))
    stats = publisher.stats
    assert (stats.waiting, stats.snapshots_dropped, stats.events_lost) == (25, 995, 980)
    await until(lambda: not publisher.stats.connected)
    assert publisher.stats.last_error == "the broker did not answer in time"
    os.kill(broker.pid, signal.SIGCONT)
    await until(lambda: publisher.stats.waiting == 0)
    stats = publisher.stats
    assert accounted(stats) == stats.published == 2000
    assert await stored(broker.url, EVENTS_STREAM) == stats.acked + stats.duplicates - 5
    async with jetstream(broker.url) as context:
        newest = await context.get_last_msg(TELEMETRY_STREAM, "qiki.telemetry")
    assert json.loads(newest.data or b"")["tick"] == "999"


async def test_a_broker_that_is_not_there_yet_is_found_when_it_comes(
    tmp_path: Path, start: Starter
) -> None:
    with PrivateBroker(tmp_path / "nats") as before:
        port = before.port
    changes: list[tuple[bool, str]] = []
    publisher = start(before.url, on_connection=lambda *change: changes.append(change))
    publisher.publish_event(event(1))
    await until(lambda: bool(changes))
    assert changes[0][0] is False
    assert "Connect call failed" in changes[0][1]
    with PrivateBroker(tmp_path / "nats", port=port):
        await until(lambda: publisher.stats.acked == 1)
        assert publisher.stats.reconnects == 0
        await publisher.close()


async def test_something_that_is_no_broker_is_told(start: Starter) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        publisher = start(f"nats://127.0.0.1:{port}")
        await until(lambda: publisher.stats.last_error != "")
        assert not publisher.stats.connected
        await publisher.close(0)


async def test_closing_sends_what_waits(broker: PrivateBroker, start: Starter) -> None:
    publisher = start(broker.url)
    for number in range(50):
        publisher.publish_event(event(number))
    await publisher.close(10)
    assert publisher.stats.acked == 50
    assert await stored(broker.url, EVENTS_STREAM) == 50


async def test_closing_without_a_broker_counts_what_is_lost(start: Starter) -> None:
    publisher = start("nats://127.0.0.1:1")
    publisher.publish_event(event(1))
    publisher.publish_snapshot(snapshot(1))
    await publisher.close(0.05)
    await publisher.close(0.05)
    publisher.publish_event(event(2))
    stats = publisher.stats
    assert (stats.events_lost, stats.snapshots_dropped, stats.waiting) == (2, 1, 0)
    assert accounted(stats) == stats.published == 3


async def test_an_event_too_large_for_the_broker_is_dropped_and_the_rest_goes_on(
    broker: PrivateBroker, start: Starter
) -> None:
    publisher = start(broker.url)
    huge = events_pb2.BrokerStateChanged(detail="x" * 2_000_000)
    publisher.publish_event(events_pb2.Event(event_id="huge", broker_state_changed=huge))
    publisher.publish_event(event(1))
    await until(lambda: publisher.stats.acked == 1)
    assert (publisher.stats.refused, publisher.stats.events_lost) == (1, 0)
    assert publisher.stats.last_error == "huge cannot be sent: nats: maximum payload exceeded"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Starts a server that denies a user one subject; gives the URL for that user."""
    with ExitStack() as stack:

        def start(subject: str) -> str:
            file = tmp_path / "server.conf"
            deny = json.dumps({"publish": {"deny": subject}})
            users = f"{{user: u, password: p, permissions: {deny}}}, {{user: all, password: p}}"
            store = json.dumps(str(tmp_path / "store"))
            file.write_text(
                f"jetstream {{store_dir: {store}}}\nauthorization {{users: [{users}]}}\n"
            )
            server = nats_server(tmp_path, "--config", str(file))
            return f"nats://u:p@{stack.enter_context(server)}"

        yield start


async def test_a_subject_that_the_broker_denies_holds_up_no_other(
    guarded: Callable[[str], str], start: Starter
) -> None:
    url = guarded("qiki.events.v1.records_dropped")
    publisher = start(url)
    detail = events_pb2.ArmedChanged(armed=True)
    for number in range(0, 6, 2):
        publisher.publish_event(event(number))
        publisher.publish_event(events_pb2.Event(event_id=f"arming-{number}", armed_changed=detail))
    publisher.publish_snapshot(snapshot(1))
    await until(lambda: publisher.stats.waiting == 0)
    stats = publisher.stats
    assert (stats.acked, stats.refused, stats.events_lost, stats.reconnects) == (4, 3, 0, 0)
    assert accounted(stats) == stats.published == 7
    assert stats.last_error == (
        "evt-r-000004 cannot be sent: nats: permissions violation for publish to"
        ' "qiki.events.v1.records_dropped"'
    )
    assert stats.connected
    everything = url.replace("u:p@", "all:p@")
    assert await stored(everything, EVENTS_STREAM) == 3
    assert await stored(everything, TELEMETRY_STREAM) == 1


async def test_snapshots_that_the_broker_denies_hold_up_no_events(
    guarded: Callable[[str], str], start: Starter
) -> None:
    publisher = start(guarded("qiki.telemetry"))
    for number in range(3):
        publisher.publish_snapshot(snapshot(number))
        publisher.publish_event(event(number))
    await until(lambda: publisher.stats.waiting == 0)
    stats = publisher.stats
    assert (stats.acked, stats.refused, stats.snapshots_dropped) == (3, 3, 0)


async def test_a_broker_that_denies_its_streams_is_told(
    guarded: Callable[[str], str], start: Starter
) -> None:
    told: list[str] = []
    publisher = start(guarded("$JS.API.>"), on_connection=lambda _, detail: told.append(detail))
    publisher.publish_event(event(1))
    await until(lambda: bool(told))
    assert told == [
        'nats: permissions violation for publish to "$js.api.stream.info.qiki_telemetry_v1"'
    ]
    assert publisher.stats.waiting == 1


async def test_a_listener_that_fails_disturbs_nothing(
    broker: PrivateBroker, start: Starter
) -> None:
    def fail(_: bool, __: str) -> None:
        raise RuntimeError("boom")

    publisher = start(broker.url, on_connection=fail)
    publisher.publish_event(event(1))
    await until(lambda: publisher.stats.acked == 1)
    assert publisher.stats.last_error == "the connection listener failed: boom"


async def test_a_cancellation_that_gets_lost_while_it_connects_does_not_hold_up_the_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connecting = asyncio.Event()

    async def connect(*_: object, **__: object) -> None:
        connecting.set()
        with suppress(asyncio.CancelledError):  # as nats-py does with one while it flushes
            await asyncio.sleep(60.0)

    monkeypatch.setattr(Client, "connect", connect)
    publisher = TelemetryPublisher("nats://127.0.0.1:1")
    publisher.start()
    await connecting.wait()
    async with asyncio.timeout(5.0):
        await publisher.close(0)
    assert "telemetry-publisher" not in {task.get_name() for task in asyncio.all_tasks()}


async def test_a_connection_that_does_not_close_is_left_alone(
    broker: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[Client] = []
    really_close = Client.close

    async def close(client: Client) -> None:
        left.append(client)
        await asyncio.sleep(60.0)

    publisher = TelemetryPublisher(broker.url, timing=FAST)
    publisher.start()
    await until(lambda: publisher.stats.connected)
    monkeypatch.setattr(Client, "close", close)
    async with asyncio.timeout(5.0):
        await publisher.close(0)
    for client in left:
        await really_close(client)
