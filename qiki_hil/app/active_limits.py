"""Limits in force on nozzles and loads: an event when one begins or ends, and their total times.

A limit is active when a nozzle, a cluster or a load gets less than it demands. Each has a reason
(such as LOW_SOC) and a subject (such as a load or a cluster).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2, power_pb2
from qiki_hil.kernels import (
    CLUSTER_LIMITS,
    FRESH_NODES,
    POWER_FAULTS,
    POWER_LOADS,
    RCS_LIMITS,
    SHED_REASONS,
    named_bits,
)
from qiki_hil.scenario.signals import Columns

ActiveLimits = set[tuple[str, str]]
"""Pairs of reason and subject."""

MODEL_MISMATCH_PARTS = ("planned pulses", "motion evidence")
"""What stands down where the craft is not as described, by bit of `Control.model_mismatch`."""

ROUTINE_REASONS = {"PDU_PEAK_DENIED", "COOLDOWN"}
"""Reasons that make no events, because they belong to normal operation: the power peak is always
shared, and a nozzle rests after every long opening."""


class ActiveLimitReader:
    """Compares the active limits of each record with those of the record before."""

    def __init__(self, node_names: Sequence[str] = ()) -> None:
        self._node_names = tuple(node_names)
        self._active: dict[str, ActiveLimits] = {"nozzles": set(), "power": set(), "nodes": set()}

    def read(self, record: cycle_pb2.CycleRecord) -> Iterator[events_pb2.LimitChanged]:
        """The changes of a record, one for each reason. Groups that a record does not report keep
        their limits."""
        feedback = record.feedback
        now = dict(self._active)
        now["nozzles"] = nozzle_limits(record.control)
        if feedback.HasField("power_detail"):
            now["power"] = load_limits(feedback.power_detail)
        if feedback.fresh & FRESH_NODES:
            names = named_bits(feedback.nodes_tripped, self._node_names)
            now["nodes"] = {("THERMAL_TRIP", name) for name in names}
        for part, active in now.items():
            yield from _changes(active - self._active[part], active=True)
            yield from _changes(self._active[part] - active, active=False)
        self._active = now


def nozzle_limits(control: cycle_pb2.Control) -> ActiveLimits:
    """The active limits on all nozzles, or on those of a cluster."""
    power = named_bits(control.rcs_power_limits, RCS_LIMITS)
    active = {(reason, "nozzles") for reason in power}
    if control.working_mass_low:
        active.add(("WORKING_MASS_LOW", "nozzles"))
    down = named_bits(control.model_mismatch, MODEL_MISMATCH_PARTS)
    active |= {("MODEL_MISMATCH", part) for part in down}
    for cluster, bits in enumerate(control.cluster_limits):
        active |= {(reason, f"C{cluster + 1}") for reason in named_bits(bits, CLUSTER_LIMITS)}
    return {(reason, subject) for reason, subject in active if reason not in ROUTINE_REASONS}


def load_limits(detail: power_pb2.PowerDetail) -> ActiveLimits:
    """The active limits on loads, and the faults of the power plane."""
    by_reason = (
        detail.low_soc_loads,
        detail.thermal_overheat_loads,
        detail.nbl_budget_loads,
        detail.pdu_overcurrent_loads,
    )
    loads = {
        (reason, load)
        for reason, bits in zip(SHED_REASONS, by_reason, strict=True)
        for load in named_bits(bits, POWER_LOADS)
    }
    return loads | {(fault, "power") for fault in named_bits(detail.faults, POWER_FAULTS)}


def _changes(changed: ActiveLimits, *, active: bool) -> Iterator[events_pb2.LimitChanged]:
    for reason in sorted({reason for reason, _ in changed}):
        subjects = sorted(subject for other, subject in changed if other == reason)
        yield events_pb2.LimitChanged(subjects=subjects, reason=reason, active=active)


class InhibitedTimes:
    """How long each limit was active, over columns that come part after part."""

    def __init__(self) -> None:
        self._spans_s: dict[str, float] = {}

    def take(self, columns: Columns) -> None:
        """Takes the next part."""
        for name, span_s in _spans_s(columns):
            self._spans_s[name] = self._spans_s.get(name, 0.0) + span_s

    def seconds(self) -> dict[str, float]:
        """The times, s, by "subject reason"; without limits that never were active."""
        return {name: span_s for name, span_s in self._spans_s.items() if span_s > 0.0}


def _spans_s(columns: Columns) -> Iterator[tuple[str, float]]:
    """Every limit that is no routine, by "subject reason", and how long it was active."""
    period_s = columns["period_s"]

    def spans(
        subject: str, bits: NDArray[Any], reasons: Sequence[str]
    ) -> Iterator[tuple[str, float]]:
        for index, reason in enumerate(reasons):
            if reason not in ROUTINE_REASONS:
                active = bits.astype(np.int64) >> index & 1 == 1
                yield f"{subject} {reason}", float(period_s[active].sum())

    yield from spans("nozzles", columns["rcs_power_limits"], RCS_LIMITS)
    yield from spans("nozzles", columns["working_mass_low"], ("WORKING_MASS_LOW",))
    for index, part in enumerate(MODEL_MISMATCH_PARTS):
        yield from spans(part, columns["model_mismatch"] >> index & 1, ("MODEL_MISMATCH",))
    for cluster in range(columns["cluster_limits"].shape[1]):
        yield from spans(f"C{cluster + 1}", columns["cluster_limits"][:, cluster], CLUSTER_LIMITS)
    yield from spans("shed", columns["loads_shed"], POWER_LOADS)
    yield from spans("throttled", columns["loads_throttled"], POWER_LOADS)
    yield from spans("power", columns["power_faults"], POWER_FAULTS)
