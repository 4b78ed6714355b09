"""The snapshot: every value with its age, nothing made up, and readable JSON."""

import json

import pytest

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2, snapshot_pb2
from qiki_hil.kernels import FRESH_POWER, FRESH_THERMAL, FRESH_VALVES_0
from qiki_hil.telemetry import LatestCycles, SnapshotOrigin, build_snapshot, to_json
from qiki_hil.telemetry.snapshot import PULSE_WINDOW_NS, percentiles

ORIGIN = SnapshotOrigin("run-1", "urn:qiki-hil:dodeca-01", "sha256:abc")
PERIOD_NS = 2_000_000
SECOND_NS = 1_000_000_000


def record(tick: int, fresh: int = 0, open_time_us: int = 0) -> cycle_pb2.CycleRecord:
    feedback = cycle_pb2.Feedback(fresh=fresh)
    if fresh & FRESH_POWER:
        feedback.battery_soc_ratio, feedback.bus_v, feedback.propellant_kg = 0.8, 27.5, 11.5
    if fresh & FRESH_THERMAL:
        feedback.cluster_temp_c.extend([20.0, 21.0, 22.0, 23.0])
    if fresh >= FRESH_VALVES_0:
        feedback.open_time_us.extend([open_time_us] * 16)
        feedback.valve_fault = 1 << 5
    control = cycle_pb2.Control(
        mode=command_pb2.FLIGHT_MODE_MANOEUVRE,
        armed=True,
        position_m_world=[1, 2, 3],
        velocity_mps_world=[2, 3, 6],
        attitude_xyzw=[0, 0, 0, 1],
        rates_rps_body=[0.1, 0.2, 0.3],
        wrench_demanded=[1, 2, 3, 4, 5, 6],
        wrench_allocated=[0, 0, 0, 0, 0, 1],
        thrust_n=[float(index) for index in range(16)],
        isolated=1 << 2,
        nav_age_ticks=5,
    )
    return cycle_pb2.CycleRecord(
        tick=tick,
        time_ns=tick * PERIOD_NS,
        period_ns=PERIOD_NS,
        feedback=feedback,
        control=control,
    )


def built(*records: cycle_pb2.CycleRecord) -> snapshot_pb2.TelemetrySnapshot:
    latest = LatestCycles()
    for each in records:
        latest.absorb(each, monotonic_ns=SECOND_NS)
    return build_snapshot(
        ORIGIN, latest, unix_ns=7, monotonic_ns=SECOND_NS + SECOND_NS // 2, records_dropped=9
    )


def test_the_allocation_mode_requested_and_the_one_in_effect_are_both_there() -> None:
    fallen_back = record(0)
    fallen_back.control.allocation_requested = command_pb2.ALLOCATION_MODE_AUTO
    fallen_back.control.allocation_mode = command_pb2.ALLOCATION_MODE_ADAPTIVE
    fallen_back.control.allocation_reason = command_pb2.REASON_CODE_THRUST_MAP_MISSING
    data = json.loads(to_json(built(fallen_back)))
    assert data["allocationRequested"] == "ALLOCATION_MODE_AUTO"
    assert data["allocationMode"] == "ALLOCATION_MODE_ADAPTIVE"
    assert data["allocationReason"] == "REASON_CODE_THRUST_MAP_MISSING"


def test_before_the_first_record_there_is_only_the_origin() -> None:
    snapshot = built()
    assert {field.name for field, _ in snapshot.ListFields()} == {
        *("schema_version", "run_id", "source", "hardware_profile_hash"),
        *("unix_ns", "monotonic_ns"),
    }


def test_groups_without_a_value_are_absent() -> None:
    snapshot = built(record(0))
    for group in ("power", "thermal", "propellant"):
        assert not snapshot.HasField(group)
    assert not snapshot.loop.HasField("wakeup")
    assert not snapshot.thrusters[0].HasField("valve_open")
    assert not snapshot.thrusters[0].HasField("duty_ratio")


def test_each_group_has_the_age_of_its_last_value() -> None:
    snapshot = built(record(0, FRESH_THERMAL), record(50, FRESH_POWER), record(100))
    assert snapshot.thermal.age_s == pytest.approx(0.2)
    assert snapshot.power.age_s == pytest.approx(0.1)
    assert snapshot.motion.age_s == pytest.approx(0.01)
    assert snapshot.record_age_s == pytest.approx(0.5)
    assert list(snapshot.thermal.cluster_temp_c) == [20, 21, 22, 23]
    assert (snapshot.power.bus_v, snapshot.propellant.propellant_kg) == (27.5, 11.5)


def test_motion_and_wrenches_are_those_of_the_controller() -> None:
    snapshot = built(record(3))
    assert (snapshot.tick, snapshot.time_ns, snapshot.armed) == (3, 3 * PERIOD_NS, True)
    assert snapshot.motion.speed_mps == 7
    assert snapshot.motion.source == snapshot_pb2.DATA_SOURCE_ESTIMATOR
    assert snapshot.motion.attitude_xyzw.w == 1
    assert snapshot.wrench_demanded.torque_nm_body.z == 6
    assert snapshot.wrench_allocated.torque_nm_body.z == 1


def test_thrusters_tell_cluster_fault_isolation_and_the_age_of_their_status() -> None:
    snapshot = built(record(0, FRESH_VALVES_0 << 1, open_time_us=1000), record(10))
    assert [thruster.cluster for thruster in snapshot.thrusters] == [0] * 4 + [1] * 4 + [2] * 4 + [
        3
    ] * 4
    reported, silent = snapshot.thrusters[5], snapshot.thrusters[2]
    assert (reported.fault, reported.valve_open, reported.thrust_n) == (True, True, 5)
    assert reported.age_s == pytest.approx(0.02)
    assert silent.isolated
    assert not silent.HasField("age_s")


def test_the_duty_ratio_counts_over_the_pulse_window_only() -> None:
    window_ticks = PULSE_WINDOW_NS // PERIOD_NS
    before = [record(tick, FRESH_VALVES_0, 2000) for tick in range(window_ticks)]
    closed = [record(window_ticks + tick, FRESH_VALVES_0) for tick in range(window_ticks // 2)]
    assert built(*before).thrusters[0].duty_ratio == 1.0
    expected = 1 - len(closed) / window_ticks
    assert built(*before, *closed).thrusters[0].duty_ratio == pytest.approx(expected)


def test_loop_timing_is_summed_up_from_the_records() -> None:
    records = [record(tick) for tick in range(100)]
    for number, each in enumerate(records, start=1):
        each.timing.wakeup_ns, each.timing.step_ns = number * 1000, 5000
        each.timing.overruns = int(number == 100)
    loop = built(*records).loop
    assert (loop.wakeup.p50_ns, loop.wakeup.p99_ns, loop.wakeup.max_ns) == (50_000, 99_000, 100_000)
    assert (loop.wakeup.cycles, loop.step.p999_ns) == (100, 5000)
    assert (loop.overruns, loop.records_dropped, loop.period_ns) == (1, 9, PERIOD_NS)


def test_percentiles_are_values_that_occurred() -> None:
    assert percentiles([3]) == snapshot_pb2.DurationPercentiles(
        p50_ns=3, p99_ns=3, p999_ns=3, max_ns=3, cycles=1
    )
    assert percentiles(range(1, 1001)).p999_ns == 999


def test_json_is_canonical_one_line_and_writes_zeros() -> None:
    text = to_json(built(record(0)))
    assert b"\n" not in text
    body = json.loads(text)
    assert body["mode"] == "FLIGHT_MODE_MANOEUVRE"
    assert body["unixNs"] == "7"
    assert body["tick"] == "0"
    assert body["inhibitReason"] == "REASON_CODE_UNSPECIFIED"
    assert body["motion"]["positionMWorld"] == {"x": 1.0, "y": 2.0, "z": 3.0}
    assert body["thrusters"][0]["fault"] is False
    assert "power" not in body
