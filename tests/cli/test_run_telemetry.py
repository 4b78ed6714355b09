"""What a broker hears of a run, and what a run notices of its broker."""

import json
import os
import signal
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import nats
import pytest
from google.protobuf import json_format
from nats.aio.msg import Msg

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import snapshot_pb2
from qiki_hil.telemetry import PrivateBroker, to_json
from tests.runs import events, flight, fly, only_run, records, until, write_scenario
from tests.telemetry.servers import nats_server

pytestmark = pytest.mark.serial("snapshots are counted against real time")

CALM = "name: calm\nduration_s: 4\ncommands:\n  - {at_s: 0.2, do: arm}\n  - {at_s: 0.3, do: hold}\n"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[PrivateBroker]:
    with PrivateBroker(tmp_path / "nats") as broker:
        yield broker


async def stored(url: str, stream: str) -> list[Msg]:
    """Everything that a stream holds, in order."""
    client = await nats.connect(url)
    try:
        context = client.jetstream()
        state = (await context.stream_info(stream)).state
        return [
            await context.get_msg(stream, seq=number)
            for number in range(state.first_seq, state.last_seq + 1)
        ]
    finally:
        await client.close()


async def test_snapshots_and_events_reach_the_broker_as_they_are_described(
    broker: PrivateBroker, root: Path, short: Path
) -> None:
    one = fly("run", "--scenario", short, "--runs", root, "--nats", broker.url)
    assert one.end() == 0, one.text + one.errors
    run = only_run(root)

    snapshots = await stored(broker.url, "QIKI_TELEMETRY_V1")
    # Ten a second over two seconds, and those while the loop was set up have nothing to tell.
    assert 18 <= len(snapshots) <= 24
    parsed = []
    for message in snapshots:
        assert message.subject == "qiki.telemetry"
        headers = message.headers or {}
        assert headers["ce-specversion"] == "1.0"
        assert headers["ce-type"] == "qiki.telemetry.v1.Snapshot"
        assert headers["ce-datacontenttype"] == "application/json"
        assert headers["Nats-Msg-Id"] == headers["ce-id"]
        snapshot = json_format.Parse(message.data, snapshot_pb2.TelemetrySnapshot())
        assert to_json(snapshot) == message.data
        assert snapshot.run_id == run.run_id
        assert headers["ce-source"] == snapshot.source
        parsed.append(snapshot)
    assert len({(message.headers or {})["ce-id"] for message in snapshots}) == len(snapshots)
    ticks = [snapshot.tick for snapshot in parsed]
    assert ticks == sorted(ticks)
    assert ticks[-1] == 999
    spacing_s = [(b.unix_ns - a.unix_ns) * 1e-9 for a, b in pairwise(parsed)]
    assert 0.09 < sorted(spacing_s)[len(spacing_s) // 2] < 0.13
    assert parsed[-1].armed
    assert len(parsed[-1].thrusters) == 16
    assert parsed[-1].hardware_profile_hash == run.manifest.spec_hash

    found = await stored(broker.url, "QIKI_EVENTS_V1")
    heard = [json_format.Parse(message.data, events_pb2.Event()) for message in found]
    assert heard == events(run)
    for message, event in zip(found, heard, strict=True):
        assert message.subject == f"qiki.events.v1.{event.WhichOneof('detail')}"
        assert (message.headers or {})["Nats-Msg-Id"] == event.event_id

    facts = json.loads((run.path / "summary.json").read_text())["telemetry"]
    assert facts["acked"] == facts["published"] == len(snapshots) + len(found)
    assert facts["url"] == broker.url


async def test_runs_that_begin_together_in_different_folders_lose_no_event_to_each_other(
    broker: PrivateBroker, tmp_path: Path, short: Path
) -> None:
    command = ("run", "--scenario", short, "--speed", "max", "--nats", broker.url)
    both = [fly(*command, "--runs", tmp_path / name) for name in "ab"]
    assert [one.end() for one in both] == [0, 0]
    runs = [only_run(tmp_path / name) for name in "ab"]
    assert runs[0].run_id != runs[1].run_id
    heard = [
        json_format.Parse(message.data, events_pb2.Event()).event_id
        for message in await stored(broker.url, "QIKI_EVENTS_V1")
    ]
    assert sorted(heard) == sorted(event.event_id for run in runs for event in events(run))
    for run in runs:
        facts = json.loads((run.path / "summary.json").read_text())["telemetry"]
        assert facts["duplicates"] == 0


def test_a_server_without_jetstream_ends_the_command_before_the_run(
    root: Path, tmp_path: Path, short: Path
) -> None:
    with nats_server(tmp_path) as where:
        one = fly("run", "--scenario", short, "--runs", root, "--nats", f"nats://{where}")
        assert one.end() == 2
    assert f"error: --nats nats://{where}: the broker has no JetStream" in one.errors
    assert not root.exists()


def test_a_broker_that_dies_and_comes_back_does_not_disturb_the_loop_and_is_told(
    broker: PrivateBroker, root: Path, tmp_path: Path
) -> None:
    scenario = write_scenario(tmp_path / "calm.yaml", CALM)
    command = ("run", "--scenario", scenario, "--runs", root, "--nats", broker.url)
    with flight(*command) as one:
        one.heard("hold: accepted")
        os.kill(broker.pid, signal.SIGKILL)
        one.heard("broker not connected")
        until(lambda: not broker.alive, "the broker is dead")
        with PrivateBroker(tmp_path / "nats", port=broker.port):
            until(lambda: one.text.count("broker connected") == 2, "connected again")
            assert one.end() == 0, one.text + one.errors
    run = only_run(root)
    summary = json.loads((run.path / "summary.json").read_text())
    assert len(records(run)) == summary["records"] == 2000
    assert summary["records_dropped"] == 0
    assert not summary["overruns"] or summary["overruns"] < 20
    facts = summary["telemetry"]
    assert facts["reconnects"] == 1
    assert facts["connected"]
    assert facts["events_lost"] == 0
    states = [e.broker_state_changed.connected for e in events(run, "broker_state_changed")]
    assert states == [True, False, True]


def test_a_private_broker_that_is_killed_costs_telemetry_alone(root: Path, tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path / "calm.yaml", CALM.replace("4\n", "2\n"))
    with flight("run", "--scenario", scenario, "--runs", root) as one:
        one.heard("hold: accepted")
        for pid in one.processes("nats-server --jetstream"):
            os.kill(pid, signal.SIGKILL)
        assert one.end() == 0, one.text + one.errors
        one.all_gone()
    run = only_run(root)
    assert len(records(run)) == 1000
    facts = json.loads((run.path / "summary.json").read_text())["telemetry"]
    assert facts["events_lost"] > 0
    assert not facts["connected"]
    assert "broker not connected" in one.text


def test_a_run_stopped_in_its_tracks_has_given_its_last_events_to_the_broker(
    broker: PrivateBroker, root: Path, long: Path
) -> None:
    with flight("run", "--scenario", long, "--runs", root, "--nats", broker.url) as one:
        one.heard("hold: accepted")
        one.signal(signal.SIGINT)
        assert one.end() == 130
    facts = json.loads((only_run(root).path / "summary.json").read_text())["telemetry"]
    assert facts["waiting"] == facts["events_lost"] == 0
