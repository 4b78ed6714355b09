"""The end of a flight: the valves are closed, and the nodes are asked whether they are.

A command that went out is not yet a closed valve. Here nodes are disarmed and listened to, until
each of them has said for a while that its valves are closed.
"""

from dataclasses import dataclass

from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.control.pacer import Pacer
from qiki_hil.kernels import (
    CLUSTERS,
    FRESH_VALVES_0,
    NOZZLES_PER_CLUSTER,
    Feedback,
    ValveCommand,
)
from qiki_hil.rig import NodeState, Rig

CLOSED_FOR_S = 0.02
"""A node must say for this long, in every report, that its valves are closed, s: reports from
before the command are over by then (two ticks at 200 Hz), and a valve that was commanded open last
has followed (its delays are 4 ms)."""
PATIENCE_S = 1.0
"""Time that the nodes have for it, s: as long as they have to follow `disarm`, 200 reports at
200 Hz, so that lost ones do not matter."""
IDLE = (NodeState.SILENT, NodeState.FAULT)
"""Nodes in these states open no valve until they are armed."""


@dataclass(slots=True)
class _Node:
    """What a node has said since it was disarmed."""

    cluster: int
    state: int | None = None
    """By its last report, as `NodeState` numbers it; None where it was not heard."""
    open_nozzles: tuple[int, ...] = ()
    closed_reports: int = 0

    def hear(self, feedback: Feedback) -> None:
        """Takes its report, where one is fresh."""
        if not feedback.fresh & FRESH_VALVES_0 << self.cluster:
            return
        first = self.cluster * NOZZLES_PER_CLUSTER
        nozzles = range(first, first + NOZZLES_PER_CLUSTER)
        open_time_us = feedback.open_time_us
        self.state = feedback.node_state[self.cluster]
        self.open_nozzles = tuple(n for n in nozzles if open_time_us[n])
        closed = self.state in IDLE and not self.open_nozzles
        self.closed_reports = self.closed_reports + 1 if closed else 0

    def doubt(self) -> str:
        """Why its valves may be open."""
        name = f"node C{self.cluster + 1}"
        if self.state is None:
            return f"{name} was not heard"
        if self.state not in IDLE:
            return f"{name} does not say that it is disarmed"
        if self.open_nozzles:
            return f"{name} says that nozzle(s) {', '.join(map(str, self.open_nozzles))} are open"
        return f"{name} was heard too seldom"


def close_valves(rig: Rig, pacer: Pacer, period_s: float) -> list[str]:
    """Disarms the nodes of an open rig and listens to them.

    Returns why valves may be open, a text for each node; empty where every node says that its
    valves are closed. Raises RigError where the rig is gone.
    """
    feedback = Feedback()
    nodes = [_Node(cluster) for cluster in range(CLUSTERS)]
    needed = round(CLOSED_FOR_S / period_s)
    rig.read(feedback)  # what arrived before says nothing
    for _ in range(round(PATIENCE_S / period_s)):
        rig.write(ValveCommand())
        if not rig.lockstep:
            pacer.wait()
        rig.read(feedback)
        for node in nodes:
            node.hear(feedback)
        if all(node.closed_reports >= needed for node in nodes):
            return []
    return [node.doubt() for node in nodes if node.closed_reports < needed]


def not_closed(ended: link_pb2.LoopEnded) -> str:
    """That the valves may be open, and why; empty where the nodes say that they are closed."""
    if ended.valves_closed:
        return ""
    return ": ".join(filter(None, ("valves NOT CONFIRMED CLOSED", ended.valves_doubt)))
