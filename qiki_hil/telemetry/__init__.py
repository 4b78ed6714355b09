"""What the outside hears of a run: snapshots and events on NATS JetStream."""

from qiki_hil.telemetry.broker import PrivateBroker
from qiki_hil.telemetry.events import make_event
from qiki_hil.telemetry.nozzles import NozzleState, fault_event, nozzle_state
from qiki_hil.telemetry.power import NodeLimits, node_limits
from qiki_hil.telemetry.publisher import PublisherStats, PublisherTiming, TelemetryPublisher
from qiki_hil.telemetry.snapshot import LatestCycles, SnapshotOrigin, build_snapshot, to_json
from qiki_hil.telemetry.streams import StreamLimits

__all__ = [
    "LatestCycles",
    "NodeLimits",
    "NozzleState",
    "PrivateBroker",
    "PublisherStats",
    "PublisherTiming",
    "SnapshotOrigin",
    "StreamLimits",
    "TelemetryPublisher",
    "build_snapshot",
    "fault_event",
    "make_event",
    "node_limits",
    "nozzle_state",
    "to_json",
]
