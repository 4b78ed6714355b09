"""Snapshots and events of a run, published on NATS JetStream."""

from qiki_hil.telemetry.broker import PrivateBroker
from qiki_hil.telemetry.broker_check import check_broker
from qiki_hil.telemetry.broker_url import checked
from qiki_hil.telemetry.events import make_event
from qiki_hil.telemetry.nozzles import NozzleState, nozzle_event, nozzle_state
from qiki_hil.telemetry.power import NodeThresholds, node_thresholds
from qiki_hil.telemetry.publisher import PublisherStats, PublisherTiming, TelemetryPublisher
from qiki_hil.telemetry.snapshot import LatestCycles, SnapshotOrigin, build_snapshot, to_json
from qiki_hil.telemetry.streams import StreamRetention

__all__ = [
    "LatestCycles",
    "NodeThresholds",
    "NozzleState",
    "PrivateBroker",
    "PublisherStats",
    "PublisherTiming",
    "SnapshotOrigin",
    "StreamRetention",
    "TelemetryPublisher",
    "build_snapshot",
    "check_broker",
    "checked",
    "make_event",
    "node_thresholds",
    "nozzle_event",
    "nozzle_state",
    "to_json",
]
