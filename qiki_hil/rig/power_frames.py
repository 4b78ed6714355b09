"""The power plane's detail and the thermal nodes as frames, and back.

Both go out seldom, and one frame a tick: frames of the lowest urgency do not come in a burst. A
report is one instant: all its frames are made at once, and a receiver takes it whole or not at
all.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import nan

from qiki_hil._pb.qiki.telemetry.v1 import power_pb2
from qiki_hil.kernels import CLUSTERS, FRESH_NODES, FRESH_POWER_DETAIL, Feedback
from qiki_hil.rig.schedule import is_due
from qiki_hil.wire import Catalogue, Values

Frames = list[tuple[str, Values]]

DETAIL_FRAMES = (
    "POWER_LOADS",
    "POWER_LOADS_2",
    "POWER_FLOWS",
    "POWER_SOURCES",
    "POWER_BUS",
    "POWER_SHED",
)
NODE_FRAMES = ("THERMAL_NODES", "THERMAL_NODES_2")
CLUSTER_NODES = tuple(f"rcs_c{c + 1:02}" for c in range(CLUSTERS))
BUS_NODES = (
    "battery",
    "core",
    "dock_bridge",
    "hull",
    "pdu",
    *CLUSTER_NODES,
    "supercap",
)
"""Thermal nodes that the frames carry, in the order of their bits; temperatures of the clusters
have a frame of their own. Others are not on the bus."""


class PowerReporter:
    """What the power node sends of its detail: call it in every tick."""

    def __init__(
        self, catalogue: Catalogue, rate_hz: float, node_names: Sequence[str] = BUS_NODES
    ) -> None:
        """`rate_hz` of the loop; `node_names` are the craft's, in its order."""
        self._rate_hz = rate_hz
        self._detail_hz = 1000.0 / catalogue[DETAIL_FRAMES[0]].cycle_time_ms
        self._nodes_hz = 1000.0 / catalogue[NODE_FRAMES[0]].cycle_time_ms
        self._node_names = tuple(node_names)
        self._heard = 0
        self._waiting: deque[tuple[str, Values]] = deque()

    def reports(self, tick: int, feedback: Feedback) -> Iterator[tuple[str, Values]]:
        """Name and values of the frame that goes out in this tick, if any."""
        self._heard |= feedback.fresh
        if self._heard & FRESH_POWER_DETAIL and is_due(tick, self._detail_hz, self._rate_hz):
            self._waiting += detail_frames(feedback)
        if self._heard & FRESH_NODES and is_due(tick, self._nodes_hz, self._rate_hz):
            self._waiting += node_frames(feedback, self._node_names)
        if self._waiting:
            yield self._waiting.popleft()


def detail_frames(feedback: Feedback) -> Frames:
    """The frames of one power report, in their order."""
    detail = power_pb2.PowerDetail.FromString(feedback.power_detail)
    parts: tuple[Values, ...] = (
        *_loads(detail),
        _flows(detail),
        _sources(detail),
        _bus(detail),
        _shed(detail),
    )
    return list(zip(DETAIL_FRAMES, parts, strict=True))


def _loads(d: power_pb2.PowerDetail) -> tuple[Values, Values]:
    supplied = d.supplied
    first = {
        "base": supplied.base_w,
        "motion": supplied.motion_w,
        "mcqpu": supplied.mcqpu_w,
        "radar": supplied.radar_w,
    }
    second = {
        "transponder": supplied.transponder_w,
        "nbl": supplied.nbl_w,
        "rcs": supplied.rcs_w,
        "rcs_budget": d.rcs_budget_w,
    }
    return first, second


def _flows(d: power_pb2.PowerDetail) -> Values:
    return {
        "battery": d.battery_w,
        "supercap": d.supercap_w,
        "unserved": d.unserved_w,
        "spill": d.spill_w,
    }


def _sources(d: power_pb2.PowerDetail) -> Values:
    return {
        "base_in": d.base_in_w,
        "dock_in": d.dock_in_w,
        "dock_voltage": d.dock_v,
        "dock_current": d.dock_a,
        "dock_soft_start": d.dock_soft_start_ratio,
        "dock_connected": d.dock_connected,
        "dock_closed": d.dock_closed,
    }


def _bus(d: power_pb2.PowerDetail) -> Values:
    return {
        "bus_current": d.bus_a,
        "pdu_limit": d.pdu_limit_w,
        "nbl_budget": d.nbl_budget_w,
        "nbl_active": d.nbl_active,
        "nbl_allowed": d.nbl_allowed,
        "low_soc": d.low_soc,
        "rcs_allowance": d.rcs_allowance,
        "rcs_limits": d.rcs_budget_limits,
        "faults": d.faults,
    }


def _shed(d: power_pb2.PowerDetail) -> Values:
    return {
        "shed": d.shed,
        "throttled": d.throttled,
        "low_soc_loads": d.low_soc_loads,
        "overheat_loads": d.thermal_overheat_loads,
        "nbl_budget_loads": d.nbl_budget_loads,
        "overcurrent_loads": d.pdu_overcurrent_loads,
    }


def node_frames(feedback: Feedback, node_names: Sequence[str]) -> Frames:
    """The frames of the thermal nodes, in their order; a node that the craft lacks is NaN."""
    temp_c, warned, tripped = feedback.nodes
    known = dict(zip(node_names, temp_c, strict=False))
    first = {name: known.get(name, nan) for name in ("battery", "core", "pdu", "supercap")}
    second = {name: known.get(name, nan) for name in ("dock_bridge", "hull")}
    second["warned"] = _moved_bits(warned, node_names, BUS_NODES)
    second["tripped"] = _moved_bits(tripped, node_names, BUS_NODES)
    return list(zip(NODE_FRAMES, (first, second), strict=True))


class PowerDecoder:
    """Puts received frames of the power node's detail into a `Feedback`, a report at a time."""

    def __init__(self, node_names: Sequence[str] = BUS_NODES) -> None:
        """`node_names` are the craft's, in its order."""
        self._node_names = tuple(node_names)
        self._cluster_temp_c = dict.fromkeys(CLUSTER_NODES, nan)
        self._detail: dict[str, Values] = {}
        self._nodes: dict[str, Values] = {}

    def note_clusters(self, temp_c: Sequence[float]) -> None:
        """Takes note of the clusters' temperatures, which have a frame of their own; (4,) °C."""
        self._cluster_temp_c = dict(zip(CLUSTER_NODES, temp_c, strict=True))

    def decode(self, name: str, values: Values, feedback: Feedback) -> bool:
        """Takes in one frame; False where it is none of these."""
        if name in DETAIL_FRAMES:
            self._take(DETAIL_FRAMES, self._detail, name, values, feedback, self._fill_detail)
        elif name in NODE_FRAMES:
            self._take(NODE_FRAMES, self._nodes, name, values, feedback, self._fill_nodes)
        else:
            return False
        return True

    def _take(
        self,
        names: tuple[str, ...],
        so_far: dict[str, Values],
        name: str,
        values: Values,
        feedback: Feedback,
        fill: Callable[[Values, Feedback], None],
    ) -> None:
        if name == names[0]:
            so_far.clear()
        so_far[name] = values
        if name == names[-1] and len(so_far) == len(names):
            fill({key: value for part in so_far.values() for key, value in part.items()}, feedback)

    def _fill_detail(self, values: Values, feedback: Feedback) -> None:
        feedback.set_power_detail(_detail(values).SerializeToString())

    def _fill_nodes(self, values: Values, feedback: Feedback) -> None:
        known: Mapping[str, float] = values | self._cluster_temp_c
        temp_c = [known[name] if name in BUS_NODES else nan for name in self._node_names]
        feedback.set_nodes(
            temp_c,
            _moved_bits(int(values["warned"]), BUS_NODES, self._node_names),
            _moved_bits(int(values["tripped"]), BUS_NODES, self._node_names),
        )


def _detail(values: Values) -> power_pb2.PowerDetail:
    """What each load requested, and what the station could give, are not on the bus."""
    supercap_w = values["supercap"]
    return power_pb2.PowerDetail(
        supplied=power_pb2.LoadPowers(
            base_w=values["base"],
            motion_w=values["motion"],
            mcqpu_w=values["mcqpu"],
            radar_w=values["radar"],
            transponder_w=values["transponder"],
            nbl_w=values["nbl"],
            rcs_w=values["rcs"],
            supercap_charge_w=max(-supercap_w, 0.0),
        ),
        base_in_w=values["base_in"],
        dock_in_w=values["dock_in"],
        battery_w=values["battery"],
        supercap_w=supercap_w,
        unserved_w=values["unserved"],
        spill_w=values["spill"],
        bus_a=values["bus_current"],
        pdu_limit_w=values["pdu_limit"],
        shed=int(values["shed"]),
        throttled=int(values["throttled"]),
        low_soc_loads=int(values["low_soc_loads"]),
        thermal_overheat_loads=int(values["overheat_loads"]),
        nbl_budget_loads=int(values["nbl_budget_loads"]),
        pdu_overcurrent_loads=int(values["overcurrent_loads"]),
        faults=int(values["faults"]),
        low_soc=bool(values["low_soc"]),
        dock_connected=bool(values["dock_connected"]),
        dock_closed=bool(values["dock_closed"]),
        dock_soft_start_ratio=values["dock_soft_start"],
        dock_v=values["dock_voltage"],
        dock_a=values["dock_current"],
        nbl_active=bool(values["nbl_active"]),
        nbl_allowed=bool(values["nbl_allowed"]),
        nbl_budget_w=values["nbl_budget"],
        rcs_allowance=int(values["rcs_allowance"]),
        rcs_budget_w=values["rcs_budget"],
        rcs_budget_limits=int(values["rcs_limits"]),
    )


def _moved_bits(bits: int, from_names: Sequence[str], to_names: Sequence[str]) -> int:
    """Bits by the order of one list of names, as bits by the order of another."""
    names = {name for index, name in enumerate(from_names) if bits >> index & 1}
    return sum(1 << index for index, name in enumerate(to_names) if name in names)
