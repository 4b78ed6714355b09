"""Faults between a rig and the controller: a rig that wraps a rig.

What a sensor or a node does wrong is put in here, the same on every rig; what only the craft can
do wrong (a stuck valve) is passed on to the rig inside.
"""

from random import Random
from typing import TypeVar

from qiki_hil.kernels import (
    CLUSTERS,
    FRESH_ACCELERATION,
    FRESH_ATTITUDE,
    FRESH_NODES,
    FRESH_POSITION,
    FRESH_POWER,
    FRESH_POWER_DETAIL,
    FRESH_RATES,
    FRESH_THERMAL,
    FRESH_VELOCITY,
    Feedback,
    Truth,
    ValveCommand,
)
from qiki_hil.rig.base import VALVE_FAULTS, Fault, Rig
from qiki_hil.rig.reports import FIRST_VALVES_BIT, NOZZLES_PER_CLUSTER

T = TypeVar("T")

_SENSOR_BITS = {
    "rates": FRESH_RATES,
    "attitude": FRESH_ATTITUDE,
    "position": FRESH_POSITION,
    "velocity": FRESH_VELOCITY,
}
_SENSOR_BITS["all"] = sum(_SENSOR_BITS.values()) | FRESH_ACCELERATION

_PARTS = (
    FRESH_RATES,
    FRESH_ACCELERATION,
    FRESH_ATTITUDE,
    FRESH_POSITION,
    FRESH_VELOCITY,
    FRESH_POWER,
    FRESH_THERMAL,
    *(FIRST_VALVES_BIT << c for c in range(CLUSTERS)),
    FRESH_POWER_DETAIL,
    FRESH_NODES,
)


class FaultInjector(Rig):
    """`inner` with faults; the same seed loses the same frames.

    A silent node neither reports nor opens valves, as a node without power. `lost_frames` loses
    each report with the given probability. `counters` adds `reports_suppressed`.
    """

    def __init__(self, inner: Rig, seed: int) -> None:
        self.name = inner.name
        self.lockstep = inner.lockstep
        self.inner = inner
        self._random = Random(seed)
        self._from_inner = Feedback()
        self._dropouts: set[str] = set()
        self._silent_clusters: set[int] = set()
        self._loss_ratio = 0.0
        self._suppressed = 0

    def open(self, period_s: float) -> None:
        """See `Rig.open`."""
        self.inner.open(period_s)

    def read(self, feedback: Feedback) -> None:
        """What the rig inside reports, less what the faults take away."""
        if not (self._dropouts or self._silent_clusters or self._loss_ratio):
            self.inner.read(feedback)
            return
        self.inner.read(self._from_inner)
        fresh = self._from_inner.fresh
        kept = fresh & ~self._hidden(fresh)
        self._suppressed += (fresh & ~kept).bit_count()
        _copy(self._from_inner, feedback, kept)

    def write(self, command: ValveCommand) -> None:
        """The command, without the valves of silent nodes."""
        if self._silent_clusters:
            on_time_us = [
                0 if nozzle // NOZZLES_PER_CLUSTER in self._silent_clusters else us
                for nozzle, us in enumerate(command.on_time_us)
            ]
            command = ValveCommand(command.armed, on_time_us)
        self.inner.write(command)

    def close(self) -> None:
        """See `Rig.close`."""
        self.inner.close()

    def truth(self, truth: Truth) -> bool:
        """See `Rig.truth`."""
        return self.inner.truth(truth)

    def inject(self, fault: Fault) -> None:
        """Begins or ends a fault. Raises RigError for one that is unknown or not possible."""
        fault.check()
        if fault.kind in VALVE_FAULTS:
            self.inner.inject(fault)
        elif fault.kind == "nav_dropout":
            _put(self._dropouts, fault.sensor, fault.active)
        elif fault.kind == "node_silent":
            _put(self._silent_clusters, fault.target, fault.active)
        elif fault.kind == "lost_frames":
            self._loss_ratio = fault.target / 100.0 if fault.active else 0.0

    @property
    def counters(self) -> dict[str, int]:
        """See `Rig.counters`."""
        return self.inner.counters | {"reports_suppressed": self._suppressed}

    def _hidden(self, fresh: int) -> int:
        hidden = 0
        for sensor in self._dropouts:
            hidden |= _SENSOR_BITS[sensor]
        for cluster in self._silent_clusters:
            hidden |= FIRST_VALVES_BIT << cluster
        if self._loss_ratio:
            for part in _PARTS:
                if fresh & part and self._random.random() < self._loss_ratio:
                    hidden |= part
        return hidden


def _put(members: set[T], member: T, active: bool) -> None:
    if active:
        members.add(member)
    else:
        members.discard(member)


def _copy(source: Feedback, target: Feedback, parts: int) -> None:
    target.clear()
    if parts & FRESH_RATES:
        target.set_rates(*source.rates_rps_body)
    if parts & FRESH_ACCELERATION:
        target.set_acceleration(*source.acceleration_mps2_body)
    if parts & FRESH_ATTITUDE:
        target.set_attitude(*source.attitude_xyzw)
    if parts & FRESH_POSITION:
        target.set_position(*source.position_m_world)
    if parts & FRESH_VELOCITY:
        target.set_velocity(*source.velocity_mps_world)
    if parts & FRESH_POWER:
        target.set_power(*source.power)
    if parts & FRESH_THERMAL:
        c0, c1, c2, c3 = source.cluster_temp_c
        target.set_cluster_temps(c0, c1, c2, c3)
    if parts & FRESH_POWER_DETAIL:
        target.set_power_detail(source.power_detail)
    if parts & FRESH_NODES:
        target.set_nodes(*source.nodes)
    for cluster in range(CLUSTERS):
        if parts & FIRST_VALVES_BIT << cluster:
            first = cluster * NOZZLES_PER_CLUSTER
            target.set_valves(
                cluster,
                source.open_time_us[first : first + NOZZLES_PER_CLUSTER],
                source.valve_fault >> first & 0xF,
                source.node_state[cluster],
            )
