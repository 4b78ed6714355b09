"""A run from its parts to its last event."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Protocol

from qiki_hil import clock
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.app.events import EventLog
from qiki_hil.app.recorder import Recorder
from qiki_hil.app.request import RunParts
from qiki_hil.app.run.directory import make_directory, removing_on_error
from qiki_hil.app.run.findings import Findings, facts_of
from qiki_hil.app.summary import RunSummary, summarize
from qiki_hil.control.closing import not_closed
from qiki_hil.errors import StoreError
from qiki_hil.kernels.controller import period_us
from qiki_hil.scenario import ExpectationResult
from qiki_hil.scenario.signals import Columns
from qiki_hil.store import RunStatus, RunStore, column_parts

EVENT_STATUS = {
    RunStatus.PASSED: events_pb2.RUN_STATUS_PASSED,
    RunStatus.FAILED: events_pb2.RUN_STATUS_FAILED,
    RunStatus.ABORTED: events_pb2.RUN_STATUS_ABORTED,
}


class PartReader(Protocol):
    """Whoever reads the records of a run."""

    def take(self, columns: Columns) -> None:
        """Takes the columns of the next part."""


class Run:
    """The directory, the event store, the event log and the recorder of one run.

    Its owner adds listeners to `events`, calls `emit_start`, hands packets of the loop to
    `recorder`, and when the loop has ended judges, sums up, calls `emit_end` and keeps it.
    """

    def __init__(self, parts: RunParts) -> None:
        """Makes the run directory. Raises StoreError where it cannot be written; then nothing is
        left behind."""
        self.parts = parts
        self.directory = make_directory(parts)
        with removing_on_error(self.directory.path):
            self.store = RunStore.create(self.directory.store_path)
        self.period_us = period_us(parts.rate_hz)
        self.events = EventLog(self.directory.run_id, clock.unix_ns)
        self.recorder = Recorder(
            self.store, self.events, self.period_us, parts.spec.thermal.node_names
        )
        self.recorder.expect_injections(list(self._scheduled_faults()))

    def emit_start(self) -> None:
        """Emits the event that the run has begun."""
        manifest = self.directory.manifest
        self.events.emit(
            events_pb2.RunStarted(
                scenario=manifest.scenario,
                rig=manifest.rig,
                rate_hz=manifest.rate_hz,
                seed=manifest.seed,
                hardware_profile_hash=manifest.spec_hash,
            )
        )

    def with_gaps(self, ended: link_pb2.LoopEnded, records: int) -> link_pb2.LoopEnded:
        """How the loop ended, in words too: with valves that may be open, and with what is missing
        of its record where the loop says that it made more ticks than there are `records`."""
        whole = link_pb2.LoopEnded()
        whole.CopyFrom(ended)
        # A tick in which the rig failed may have a record and does not count.
        whole.records_dropped = max(0, ended.ticks - records)
        lost = self.store.lost.events
        words = [
            ended.detail,
            not_closed(ended),
            f"{whole.records_dropped} of {ended.ticks} records are missing"
            * (whole.records_dropped > 0),
            f"{lost} event(s) are missing" * (lost > 0),
            f"{ended.commands_unanswered} command(s) were not answered: no tick was left for them"
            * (ended.commands_unanswered > 0),
        ]
        whole.detail = "; ".join(filter(None, words))
        return whole

    def nothing_found(self) -> Findings:
        """The findings of a run without a record that can be read."""
        return Findings(self.parts.spec, self.parts.scenario)

    def read(self, *others: PartReader) -> Findings:
        """Reads all records so far, once; `others` read them too. Raises StoreError where they
        cannot be read."""
        drawn = self.store.counts().cycles if self.parts.report else 0
        findings = Findings(self.parts.spec, self.parts.scenario, drawn)
        for columns in column_parts(self.store):
            for reader in (findings, *others):
                reader.take(columns)
        return findings

    def summarize(
        self,
        findings: Findings,
        ended: link_pb2.LoopEnded,
        realtime_measures: Sequence[str] = (),
    ) -> RunSummary:
        """The summary of the run. `realtime_measures` are those that the loop took."""
        facts = facts_of(self.directory, self.parts.scenario, realtime_measures)
        return summarize(facts, findings.totals, ended, findings.results())

    def emit_end(
        self, status: RunStatus, results: Sequence[ExpectationResult], ended: link_pb2.LoopEnded
    ) -> None:
        """Emits one event for each expectation, then the event that the run has ended."""
        # Integers: the end of a run is the time of its last record plus one period, exactly.
        tick, time_ns = ended.ticks, ended.ticks * self.period_us * 1000
        self.recorder.emit_injections(tick - 1)
        for result in results:
            judged = events_pb2.ExpectationJudged(
                expectation=result.name, met=result.passed, detail=result.detail
            )
            self.events.emit(judged, tick=tick, time_ns=time_ns)
        run_ended = events_pb2.RunEnded(
            status=EVENT_STATUS[status],
            loop_end=ended.end,
            detail=ended.detail,
            ticks=ended.ticks,
            overruns=ended.overruns,
            records_dropped=ended.records_dropped,
            valves_closed=ended.valves_closed,
            commands_unanswered=ended.commands_unanswered,
        )
        self.events.emit(run_ended, tick=tick, time_ns=time_ns)

    def close(self) -> None:
        """Closes the event store and gives the lock of the run back. Idempotent; never raises,
        because what cannot be written is reported when it is written."""
        with suppress(StoreError):
            self.store.close()
        self.directory.release()

    def _scheduled_faults(self) -> Iterator[tuple[int, events_pb2.FaultInjected]]:
        for tick, message in self.parts.scenario.timeline(self.period_us * 1e-6):
            if isinstance(message, link_pb2.RigFault):
                yield tick, events_pb2.FaultInjected(fault=message)
