"""The snapshot of the bot's state, made from the cycle records. Times are arguments.

`LatestCycles` absorbs the records and keeps the latest record of each group of values;
`build_snapshot` makes the message; `to_json` encodes it.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf import json_format
from google.protobuf.message import Message

from qiki_hil._pb.qiki.common.v1 import common_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2, snapshot_pb2
from qiki_hil.kernels import (
    CLUSTERS,
    FRESH_NODES,
    FRESH_POWER,
    FRESH_POWER_DETAIL,
    FRESH_THERMAL,
    FRESH_VALVES_0,
    NOZZLES,
    NOZZLES_PER_CLUSTER,
)
from qiki_hil.telemetry.nozzles import nozzle_state
from qiki_hil.telemetry.power import NodeThresholds, power_plane, rcs, thermal_nodes

SCHEMA_VERSION = 2
# The duty ratio is taken over this time.
PULSE_WINDOW_NS = 250_000_000
# The percentiles are taken over this many cycles: 10 s at 500 Hz.
TIMING_CYCLES = 5000
NS_PER_S = 1e9

Record = cycle_pb2.CycleRecord


@dataclass(frozen=True)
class SnapshotOrigin:
    """The parts of a snapshot that are constant for a run."""

    run_id: str
    source: str
    hardware_profile_hash: str
    nodes: tuple[NodeThresholds, ...] = ()
    """The craft's thermal nodes, in the order in which the records number them."""


class LatestCycles:
    """The latest record of each group of values. Records must come in the order of their ticks;
    where some were dropped, the values are those of the records that arrived."""

    def __init__(self) -> None:
        self.record: Record | None = None
        self.received_monotonic_ns = 0
        self.power: Record | None = None
        self.thermal: Record | None = None
        self.power_detail: Record | None = None
        self.nodes: Record | None = None
        self.clusters: list[Record | None] = [None] * CLUSTERS
        self.overruns = 0
        self.wakeup_ns: deque[int] = deque(maxlen=TIMING_CYCLES)
        self.step_ns: deque[int] = deque(maxlen=TIMING_CYCLES)
        self._pulses: list[deque[Record]] = [deque() for _ in range(CLUSTERS)]

    def absorb(self, record: Record, monotonic_ns: int) -> None:
        """Absorbs a record that arrived at `monotonic_ns`; it must not change afterwards."""
        self.record, self.received_monotonic_ns = record, monotonic_ns
        fresh = record.feedback.fresh
        if fresh & FRESH_POWER:
            self.power = record
        if fresh & FRESH_THERMAL:
            self.thermal = record
        if fresh & FRESH_POWER_DETAIL:
            self.power_detail = record
        if fresh & FRESH_NODES:
            self.nodes = record
        for cluster in range(CLUSTERS):
            if fresh & FRESH_VALVES_0 << cluster:
                self._absorb_cluster(cluster, record)
        if record.HasField("timing"):
            self.wakeup_ns.append(record.timing.wakeup_ns)
            self.step_ns.append(record.timing.step_ns)
            self.overruns += record.timing.overruns

    def _absorb_cluster(self, cluster: int, record: Record) -> None:
        self.clusters[cluster] = record
        pulses = self._pulses[cluster]
        pulses.append(record)
        while pulses[0].time_ns <= record.time_ns - PULSE_WINDOW_NS:
            pulses.popleft()

    def duty_ratio(self, nozzle: int) -> float | None:
        """The fraction of the pulse window in which the valve was open, 0..1; None before the first
        status of its cluster."""
        pulses = self._pulses[nozzle // NOZZLES_PER_CLUSTER]
        period_ns = sum(record.period_ns for record in pulses)
        if not period_ns:
            return None
        open_us = sum(record.feedback.open_time_us[nozzle] for record in pulses)
        return min(1.0, open_us * 1000 / period_ns)


def build_snapshot(
    origin: SnapshotOrigin,
    latest: LatestCycles,
    *,
    unix_ns: int,
    monotonic_ns: int,
    records_dropped: int = 0,
) -> snapshot_pb2.TelemetrySnapshot:
    """The state at this moment. Groups without a value yet are absent; before the first record
    only the origin and the times are there."""
    snapshot = snapshot_pb2.TelemetrySnapshot(
        schema_version=SCHEMA_VERSION,
        run_id=origin.run_id,
        source=origin.source,
        hardware_profile_hash=origin.hardware_profile_hash,
        unix_ns=unix_ns,
        monotonic_ns=monotonic_ns,
    )
    record = latest.record
    if record is None:
        return snapshot
    control = record.control
    snapshot.tick, snapshot.time_ns = record.tick, record.time_ns
    snapshot.record_age_s = (monotonic_ns - latest.received_monotonic_ns) / NS_PER_S
    snapshot.mode, snapshot.armed = control.mode, control.armed
    snapshot.inhibit_reason = control.inhibit_reason
    snapshot.allocation_requested = control.allocation_requested
    snapshot.allocation_mode = control.allocation_mode
    snapshot.allocation_reason = control.allocation_reason
    fill_motion(snapshot, record)
    fill_wrench(snapshot.wrench_demanded, control.wrench_demanded)
    fill_wrench(snapshot.wrench_allocated, control.wrench_allocated)
    snapshot.thrusters.extend(thruster(latest, record, index) for index in range(NOZZLES))
    fill_supplies(snapshot, latest, record.time_ns)
    fill_power_plane(snapshot, latest, origin, record.time_ns)
    snapshot.rcs.CopyFrom(rcs(control))
    fill_loop(snapshot.loop, latest, record, records_dropped)
    return snapshot


def to_json(message: Message) -> bytes:
    """Canonical protobuf JSON, UTF-8, one line. Numbers and flags are written also where they are
    zero; 64-bit integers are text, as the canonical form has it."""
    text = json_format.MessageToJson(
        message, indent=None, always_print_fields_with_no_presence=True, ensure_ascii=False
    )
    return text.encode()


def fill_motion(snapshot: snapshot_pb2.TelemetrySnapshot, record: Record) -> None:
    control = record.control
    if not control.position_m_world:
        return
    motion = snapshot.motion
    motion.age_s = control.nav_age_ticks * record.period_ns / NS_PER_S
    motion.source = snapshot_pb2.DATA_SOURCE_ESTIMATOR
    motion.position_m_world.CopyFrom(vector(control.position_m_world))
    motion.velocity_mps_world.CopyFrom(vector(control.velocity_mps_world))
    motion.speed_mps = math.hypot(*control.velocity_mps_world)
    x, y, z, w = control.attitude_xyzw
    motion.attitude_xyzw.CopyFrom(common_pb2.Quaternion(x=x, y=y, z=z, w=w))
    motion.rates_rps_body.CopyFrom(vector(control.rates_rps_body))


def fill_wrench(target: snapshot_pb2.WrenchTelemetry, wrench: Sequence[float]) -> None:
    """`wrench` is (6,) N and N·m, or empty where the controller gave none."""
    if wrench:
        target.force_n_body.CopyFrom(vector(wrench[:3]))
        target.torque_nm_body.CopyFrom(vector(wrench[3:]))


def thruster(latest: LatestCycles, record: Record, index: int) -> snapshot_pb2.ThrusterTelemetry:
    cluster = index // NOZZLES_PER_CLUSTER
    control = record.control
    state = nozzle_state(control, index)
    telemetry = snapshot_pb2.ThrusterTelemetry(
        index=index,
        cluster=cluster,
        thrust_n=control.thrust_n[index] if control.thrust_n else 0.0,
        isolated=state.isolated,
        duty_ratio=latest.duty_ratio(index),
        resting=bool(control.resting >> index & 1),
        nozzle_fault=state.fault,
        returning=state.returning,
    )
    status = latest.clusters[cluster]
    if status is not None:
        telemetry.age_s = (record.time_ns - status.time_ns) / NS_PER_S
        telemetry.valve_open = status.feedback.open_time_us[index] > 0
        telemetry.fault = bool(status.feedback.valve_fault >> index & 1)
    return telemetry


def fill_supplies(
    snapshot: snapshot_pb2.TelemetrySnapshot, latest: LatestCycles, time_ns: int
) -> None:
    """Power and propellant, which arrive together, and temperatures."""
    if latest.power is not None:
        feedback = latest.power.feedback
        age_s = (time_ns - latest.power.time_ns) / NS_PER_S
        power, propellant = snapshot.power, snapshot.propellant
        power.age_s = propellant.age_s = age_s
        power.source = propellant.source = snapshot_pb2.DATA_SOURCE_SENSOR
        power.battery_soc_ratio = feedback.battery_soc_ratio
        power.supercap_soc_ratio = feedback.supercap_soc_ratio
        power.bus_v, power.load_w = feedback.bus_v, feedback.load_w
        propellant.propellant_kg = feedback.propellant_kg
    if latest.thermal is not None:
        thermal = snapshot.thermal
        thermal.age_s = (time_ns - latest.thermal.time_ns) / NS_PER_S
        thermal.source = snapshot_pb2.DATA_SOURCE_SENSOR
        thermal.cluster_temp_c.extend(latest.thermal.feedback.cluster_temp_c)


def fill_power_plane(
    snapshot: snapshot_pb2.TelemetrySnapshot,
    latest: LatestCycles,
    origin: SnapshotOrigin,
    time_ns: int,
) -> None:
    """The power plane in detail and the thermal nodes, where the rig reports them."""
    nodes = None
    if latest.nodes is not None:
        nodes = thermal_nodes(latest.nodes.feedback, origin.nodes)
        nodes.age_s = (time_ns - latest.nodes.time_ns) / NS_PER_S
        nodes.source = snapshot_pb2.DATA_SOURCE_SENSOR
        snapshot.thermal_nodes.CopyFrom(nodes)
    if latest.power_detail is not None:
        plane = power_plane(latest.power_detail.feedback.power_detail, nodes)
        plane.age_s = (time_ns - latest.power_detail.time_ns) / NS_PER_S
        plane.source = snapshot_pb2.DATA_SOURCE_SENSOR
        snapshot.power_plane.CopyFrom(plane)


def fill_loop(
    loop: snapshot_pb2.LoopTelemetry, latest: LatestCycles, record: Record, dropped: int
) -> None:
    loop.period_ns = record.period_ns
    loop.overruns = latest.overruns
    loop.records_dropped = dropped
    for target, values in ((loop.wakeup, latest.wakeup_ns), (loop.step, latest.step_ns)):
        if values:
            target.CopyFrom(percentiles(values))


def percentiles(values_ns: Sequence[int]) -> snapshot_pb2.DurationPercentiles:
    """Nearest-rank percentiles of at least one duration."""
    ordered = sorted(values_ns)
    count = len(ordered)

    def rank(ratio: float) -> int:
        return ordered[max(0, math.ceil(ratio * count) - 1)]

    return snapshot_pb2.DurationPercentiles(
        p50_ns=rank(0.5),
        p99_ns=rank(0.99),
        p999_ns=rank(0.999),
        max_ns=ordered[-1],
        cycles=count,
    )


def vector(values: Sequence[float]) -> common_pb2.Vector3:
    x, y, z = values
    return common_pb2.Vector3(x=x, y=y, z=z)
