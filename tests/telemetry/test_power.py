"""The power plane, the thermal nodes and the nozzles' limits in the snapshot."""

import json
from math import nan

import pytest

from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2, power_pb2, snapshot_pb2
from qiki_hil.kernels import (
    FRESH_NODES,
    FRESH_POWER_DETAIL,
    POWER_LOADS,
    Feedback,
    PlantCore,
    ValveCommand,
)
from qiki_hil.spec import BotSpec
from qiki_hil.telemetry import (
    LatestCycles,
    NodeThresholds,
    SnapshotOrigin,
    build_snapshot,
    node_thresholds,
    to_json,
)

NODES = (NodeThresholds("core", 80, 90, 5), NodeThresholds("dock_bridge", 110, 120, 5))
TICK_NS = 2_000_000


def record(tick: int, feedback: cycle_pb2.Feedback | None = None) -> cycle_pb2.CycleRecord:
    return cycle_pb2.CycleRecord(
        tick=tick,
        time_ns=tick * TICK_NS,
        period_ns=TICK_NS,
        feedback=feedback,
        control=cycle_pb2.Control(rcs_power_max_w=44_861, rcs_power_limits=1),
    )


def power(tick: int, detail: power_pb2.PowerDetail) -> cycle_pb2.CycleRecord:
    return record(tick, cycle_pb2.Feedback(fresh=FRESH_POWER_DETAIL, power_detail=detail))


def heat(
    tick: int, temp_c: list[float], warned: int = 0, tripped: int = 0
) -> cycle_pb2.CycleRecord:
    feedback = cycle_pb2.Feedback(
        fresh=FRESH_NODES, node_temp_c=temp_c, nodes_warned=warned, nodes_tripped=tripped
    )
    return record(tick, feedback)


def built(*records: cycle_pb2.CycleRecord) -> snapshot_pb2.TelemetrySnapshot:
    latest = LatestCycles()
    for each in records:
        latest.absorb(each, monotonic_ns=0)
    origin = SnapshotOrigin("run-1", "urn:qiki-hil:dodeca-01", "sha256:abc", NODES)
    return build_snapshot(origin, latest, unix_ns=0, monotonic_ns=0)


def test_the_words_of_the_core_are_those_of_the_contract() -> None:
    fields = power_pb2.LoadPowers.DESCRIPTOR.fields
    assert [field.name.removesuffix("_w") for field in fields] == list(POWER_LOADS)


def test_what_the_rig_does_not_tell_is_absent() -> None:
    snapshot = built(record(0))
    assert not snapshot.HasField("power_plane")
    assert not snapshot.HasField("thermal_nodes")
    plane = built(power(0, power_pb2.PowerDetail())).power_plane
    assert not plane.HasField("requested")
    assert not plane.dock.HasField("offer_w")
    assert not plane.dock.HasField("temp_c")


def test_both_groups_have_an_age_of_their_own() -> None:
    snapshot = built(heat(0, [20, -60]), power(50, power_pb2.PowerDetail()), record(100))
    assert snapshot.thermal_nodes.age_s == pytest.approx(0.2)
    assert snapshot.power_plane.age_s == pytest.approx(0.1)
    assert snapshot.power_plane.source == snapshot_pb2.DATA_SOURCE_SENSOR


def test_flows_are_told_by_their_direction() -> None:
    supplied = power_pb2.LoadPowers(base_w=60, rcs_w=4200, supercap_charge_w=3000)
    detail = power_pb2.PowerDetail(
        supplied=supplied, base_in_w=30, dock_in_w=250, battery_w=6980, supercap_w=-3000
    )
    plane = built(power(0, detail)).power_plane
    assert (plane.battery_discharge_w, plane.battery_charge_w) == (6980, 0)
    assert (plane.supercap_discharge_w, plane.supercap_charge_w) == (0, 3000)
    assert (plane.power_in_w, plane.power_out_w) == (280, 7260)
    assert plane.power_in_w + plane.battery_discharge_w == plane.power_out_w
    detail.battery_w, detail.supercap_w = -120, 500
    plane = built(power(0, detail)).power_plane
    assert (plane.battery_charge_w, plane.sources.supercap_discharge_w) == (120, 500)
    assert plane.power_in_w == 780


def test_every_reduction_has_its_reasons() -> None:
    detail = power_pb2.PowerDetail(
        shed=0b0011_1000,
        throttled=0b0100_0000,
        low_soc_loads=0b0001_1000,
        thermal_overheat_loads=0b0010_1000,
        nbl_budget_loads=0b0010_0000,
        pdu_overcurrent_loads=0b0100_0000,
        faults=0b0101,
    )
    plane = built(power(0, detail)).power_plane
    assert (plane.load_shedding, plane.pdu_throttled) == (True, True)
    assert list(plane.shed_loads) == ["radar", "transponder", "nbl"]
    assert list(plane.throttled_loads) == ["rcs"]
    assert list(plane.shed_reasons) == [
        *("low_soc", "thermal_overheat", "nbl_budget", "pdu_overcurrent"),
    ]
    assert [(r.load, r.shed, list(r.reasons)) for r in plane.reductions] == [
        ("radar", True, ["low_soc", "thermal_overheat"]),
        ("transponder", True, ["low_soc"]),
        ("nbl", True, ["thermal_overheat", "nbl_budget"]),
        ("rcs", False, ["pdu_overcurrent"]),
    ]
    assert list(plane.faults) == ["PDU_OVERCURRENT", "BATTERY_DISCHARGE_LIMIT"]


def test_nodes_have_names_and_limits_and_a_trip_is_a_fault() -> None:
    snapshot = built(heat(0, [95, nan], warned=0, tripped=1), power(1, power_pb2.PowerDetail()))
    core, bridge = snapshot.thermal_nodes.nodes
    assert (core.id, core.temp_c, core.tripped, core.warned) == ("core", 95, True, False)
    assert (core.warn_c, core.trip_c, core.hysteresis_k) == (80, 90, 5)
    assert not bridge.HasField("temp_c")
    assert list(snapshot.power_plane.faults) == ["THERMAL_TRIP:core"]
    warm = built(heat(0, [20, 112], warned=2), power(1, power_pb2.PowerDetail()))
    assert warm.thermal_nodes.nodes[1].warned
    assert warm.power_plane.dock.temp_c == 112


def test_what_holds_the_nozzles_back_is_said_in_words() -> None:
    held = record(0)
    held.control.rcs_power_limits = 0b100_1000
    held.control.rcs_power_w = 22_000
    held.control.cluster_limits.extend([0, 0b0001, 0b0110, 0b1000])
    held.control.resting = 1 << 9
    held.control.working_mass_low = True
    snapshot = built(held)
    rcs = snapshot.rcs
    assert (rcs.power_max_w, rcs.power_w) == (44_861, 22_000)
    assert list(rcs.power_limits) == ["CAP_LOW", "POWER_TELEM_STALE"]
    assert [(c.cluster, list(c.limits)) for c in rcs.clusters] == [
        (1, ["RCS_CLUSTER_HOT_DERATED"]),
        (2, ["RCS_CLUSTER_HOT_TRIPPED", "COOLDOWN"]),
        (3, ["THERMAL_UNKNOWN"]),
    ]
    assert rcs.working_mass_low
    assert [thruster.resting for thruster in snapshot.thrusters] == [n == 9 for n in range(16)]


def test_a_bit_without_a_name_is_shown_as_such() -> None:
    odd = record(0)
    odd.control.rcs_power_limits = 1 << 12
    assert list(built(odd).rcs.power_limits) == ["bit12"]


def test_the_simulated_craft_tells_everything() -> None:
    spec = BotSpec.load("dodeca-01")
    plant = PlantCore(spec.core_json(), 0.002, 1, (0, 0, 0), (0, 0, 0), (0, 0, 0, 1), (0, 0, 0))
    feedback = Feedback()
    for _ in range(120):
        plant.sense(feedback)
        plant.command(ValveCommand(True, [2000] * 4 + [0] * 12))
    told = cycle_pb2.Feedback(
        fresh=FRESH_POWER_DETAIL | FRESH_NODES,
        power_detail=power_pb2.PowerDetail.FromString(feedback.power_detail),
        node_temp_c=feedback.nodes[0],
    )
    latest = LatestCycles()
    latest.absorb(record(0, told), monotonic_ns=0)
    origin = SnapshotOrigin("run-1", "urn:qiki-hil:dodeca-01", "sha256:abc", node_thresholds(spec))
    snapshot = build_snapshot(origin, latest, unix_ns=0, monotonic_ns=0)
    data = json.loads(to_json(snapshot))
    plane = data["powerPlane"]
    assert plane["loads"]["rcsW"] == pytest.approx(16_800)
    assert plane["requested"]["radarW"] == 18
    assert plane["rcsAllowance"] == "full"
    assert plane["powerInW"] + plane["batteryDischargeW"] == pytest.approx(plane["powerOutW"])
    assert [node["id"] for node in data["thermalNodes"]["nodes"]] == list(spec.thermal.node_names)
    assert all("tempC" in node for node in data["thermalNodes"]["nodes"])
