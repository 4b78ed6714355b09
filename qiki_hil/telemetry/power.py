"""The groups of the snapshot for the power plane, the thermal nodes and the limits on nozzles."""

import math
from dataclasses import dataclass

from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2, power_pb2, snapshot_pb2
from qiki_hil.kernels import (
    CLUSTER_LIMITS,
    POWER_FAULTS,
    POWER_LOADS,
    RCS_ALLOWANCES,
    RCS_LIMITS,
    SHED_REASONS,
    named_bits,
)
from qiki_hil.spec import BotSpec

DOCK_NODE = "dock_bridge"


@dataclass(frozen=True)
class NodeThresholds:
    """The temperatures at which a thermal node warns and trips, °C, and their hysteresis, K."""

    id: str
    warn_c: float
    trip_c: float
    hysteresis_k: float


def node_thresholds(spec: BotSpec) -> tuple[NodeThresholds, ...]:
    """Those of the craft's thermal nodes, in the order in which the core numbers them."""
    nodes = spec.thermal.nodes
    return tuple(
        NodeThresholds(name, nodes[name].warn_c, nodes[name].trip_c, nodes[name].hysteresis_k)
        for name in spec.thermal.node_names
    )


def power_plane(
    detail: power_pb2.PowerDetail, nodes: snapshot_pb2.ThermalNodesTelemetry | None
) -> snapshot_pb2.PowerPlaneTelemetry:
    """The power plane without age and source. `nodes` are the latest thermal nodes, None before
    the first report of them."""
    supplied = detail.supplied
    supercap_discharge_w = max(detail.supercap_w, 0.0)
    shed, throttled = (named_bits(bits, POWER_LOADS) for bits in (detail.shed, detail.throttled))
    reductions = reductions_of(detail)
    reasons = {reason for reduction in reductions for reason in reduction.reasons}
    tripped = [node.id for node in nodes.nodes if node.tripped] if nodes else []
    return snapshot_pb2.PowerPlaneTelemetry(
        sources=snapshot_pb2.SourcePowers(
            base_w=detail.base_in_w,
            dock_w=detail.dock_in_w,
            supercap_discharge_w=supercap_discharge_w,
        ),
        loads=supplied,
        requested=detail.requested if detail.HasField("requested") else None,
        power_in_w=detail.base_in_w + detail.dock_in_w + supercap_discharge_w,
        power_out_w=sum(value for _, value in supplied.ListFields()),
        battery_charge_w=max(-detail.battery_w, 0.0),
        battery_discharge_w=max(detail.battery_w, 0.0),
        supercap_charge_w=max(-detail.supercap_w, 0.0),
        supercap_discharge_w=supercap_discharge_w,
        spill_w=detail.spill_w,
        unserved_w=detail.unserved_w,
        bus_a=detail.bus_a,
        pdu_limit_w=detail.pdu_limit_w,
        low_soc=detail.low_soc,
        load_shedding=bool(shed),
        shed_loads=shed,
        shed_reasons=[reason for reason in SHED_REASONS if reason in reasons],
        pdu_throttled=bool(throttled),
        throttled_loads=throttled,
        reductions=reductions,
        faults=[
            *named_bits(detail.faults, POWER_FAULTS),
            *(f"THERMAL_TRIP:{node}" for node in tripped),
        ],
        dock=dock(detail, nodes),
        nbl=snapshot_pb2.NblTelemetry(
            active=detail.nbl_active,
            allowed=detail.nbl_allowed,
            power_w=supplied.nbl_w,
            budget_w=detail.nbl_budget_w,
        ),
        rcs_allowance=RCS_ALLOWANCES[min(detail.rcs_allowance, len(RCS_ALLOWANCES) - 1)],
        rcs_budget_w=detail.rcs_budget_w,
        rcs_budget_limits=named_bits(detail.rcs_budget_limits, RCS_LIMITS),
    )


def reductions_of(detail: power_pb2.PowerDetail) -> list[snapshot_pb2.LoadReduction]:
    """Every load that gets less power than it demands, with the reasons."""
    loads_by_reason = (
        detail.low_soc_loads,
        detail.thermal_overheat_loads,
        detail.nbl_budget_loads,
        detail.pdu_overcurrent_loads,
    )
    reduced = detail.shed | detail.throttled
    return [
        snapshot_pb2.LoadReduction(
            load=load,
            shed=bool(detail.shed >> index & 1),
            reasons=[
                reason
                for reason, loads in zip(SHED_REASONS, loads_by_reason, strict=True)
                if loads >> index & 1
            ],
        )
        for index, load in enumerate(POWER_LOADS)
        if reduced >> index & 1
    ]


def dock(
    detail: power_pb2.PowerDetail, nodes: snapshot_pb2.ThermalNodesTelemetry | None
) -> snapshot_pb2.DockTelemetry:
    """The docking bridge, with the temperature of its node where that is known."""
    bridge = [node for node in nodes.nodes if node.id == DOCK_NODE] if nodes else []
    known = [node.temp_c for node in bridge if node.HasField("temp_c")]
    return snapshot_pb2.DockTelemetry(
        connected=detail.dock_connected,
        bridge_closed=detail.dock_closed,
        soft_start_ratio=detail.dock_soft_start_ratio,
        power_w=detail.dock_in_w,
        offer_w=detail.dock_offer_w if detail.HasField("dock_offer_w") else None,
        voltage_v=detail.dock_v,
        current_a=detail.dock_a,
        temp_c=known[0] if known else None,
    )


def thermal_nodes(
    feedback: cycle_pb2.Feedback, thresholds: tuple[NodeThresholds, ...]
) -> snapshot_pb2.ThermalNodesTelemetry:
    """The thermal nodes without age and source. Nodes beyond `thresholds` are left out, because
    they have no name."""
    return snapshot_pb2.ThermalNodesTelemetry(
        nodes=[
            snapshot_pb2.ThermalNodeTelemetry(
                id=node.id,
                temp_c=temp_c if math.isfinite(temp_c) else None,
                warned=bool(feedback.nodes_warned >> index & 1),
                tripped=bool(feedback.nodes_tripped >> index & 1),
                warn_c=node.warn_c,
                trip_c=node.trip_c,
                hysteresis_k=node.hysteresis_k,
            )
            for index, (node, temp_c) in enumerate(
                zip(thresholds, feedback.node_temp_c, strict=False)
            )
        ]
    )


def rcs(control: cycle_pb2.Control) -> snapshot_pb2.RcsTelemetry:
    """The power and the limits of the nozzles in this tick."""
    return snapshot_pb2.RcsTelemetry(
        power_max_w=control.rcs_power_max_w,
        power_w=control.rcs_power_w,
        power_limits=named_bits(control.rcs_power_limits, RCS_LIMITS),
        clusters=[
            snapshot_pb2.ClusterLimits(cluster=cluster, limits=named_bits(bits, CLUSTER_LIMITS))
            for cluster, bits in enumerate(control.cluster_limits)
            if bits
        ],
        working_mass_low=control.working_mass_low,
    )
