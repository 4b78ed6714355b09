"""What holds the craft back: as events when it begins and is over, and summed up over a run."""

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

Held = set[tuple[str, str]]
"""Reason and subject."""

MATTERS_OF_COURSE = {"PDU_PEAK_DENIED", "COOLDOWN"}
"""The peak is always shared, and a nozzle rests after every long opening: no events."""


class ActiveLimitReader:
    """Compares what holds the craft back with what did before."""

    def __init__(self, node_names: Sequence[str] = ()) -> None:
        self._node_names = tuple(node_names)
        self._held: dict[str, Held] = {"nozzles": set(), "power": set(), "nodes": set()}

    def read(self, record: cycle_pb2.CycleRecord) -> Iterator[events_pb2.LimitChanged]:
        """The changes of a record, one for each reason. What it leaves out is as it was."""
        feedback = record.feedback
        now = dict(self._held)
        now["nozzles"] = held_nozzles(record.control)
        if feedback.HasField("power_detail"):
            now["power"] = held_loads(feedback.power_detail)
        if feedback.fresh & FRESH_NODES:
            names = named_bits(feedback.nodes_tripped, self._node_names)
            now["nodes"] = {("THERMAL_TRIP", name) for name in names}
        for part, held in now.items():
            yield from _changes(held - self._held[part], active=True)
            yield from _changes(self._held[part] - held, active=False)
        self._held = now


def held_nozzles(control: cycle_pb2.Control) -> Held:
    """What holds all nozzles, or those of a cluster, back."""
    power = named_bits(control.rcs_power_limits, RCS_LIMITS)
    held = {(reason, "nozzles") for reason in power}
    if control.working_mass_low:
        held.add(("WORKING_MASS_LOW", "nozzles"))
    for cluster, bits in enumerate(control.cluster_limits):
        held |= {(reason, f"C{cluster + 1}") for reason in named_bits(bits, CLUSTER_LIMITS)}
    return {(reason, subject) for reason, subject in held if reason not in MATTERS_OF_COURSE}


def held_loads(detail: power_pb2.PowerDetail) -> Held:
    """Loads that get less than they ask for, and faults of the power plane."""
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


def _changes(changed: Held, *, active: bool) -> Iterator[events_pb2.LimitChanged]:
    for reason in sorted({reason for reason, _ in changed}):
        subjects = sorted(subject for other, subject in changed if other == reason)
        yield events_pb2.LimitChanged(subjects=subjects, reason=reason, active=active)


def held_back_s(columns: Columns) -> dict[str, float]:
    """How long each reason was in force, s, by subject and reason; what never was is left out."""
    period_s = columns["period_s"]
    spans: dict[str, float] = {}

    def add(subject: str, bits: NDArray[Any], words: Sequence[str]) -> None:
        for index, word in enumerate(words):
            span_s = float(period_s[bits.astype(np.int64) >> index & 1 == 1].sum())
            if span_s > 0.0 and word not in MATTERS_OF_COURSE:
                spans[f"{subject} {word}"] = span_s

    add("nozzles", columns["rcs_power_limits"], RCS_LIMITS)
    add("nozzles", columns["working_mass_low"], ("WORKING_MASS_LOW",))
    for cluster in range(columns["cluster_limits"].shape[1]):
        add(f"C{cluster + 1}", columns["cluster_limits"][:, cluster], CLUSTER_LIMITS)
    add("shed", columns["loads_shed"], POWER_LOADS)
    add("throttled", columns["loads_throttled"], POWER_LOADS)
    add("power", columns["power_faults"], POWER_FAULTS)
    return spans
