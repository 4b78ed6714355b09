"""A run from request to verdict."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qiki_hil import clock
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.app.report import write_report
from qiki_hil.app.request import RunParts, versions
from qiki_hil.app.summary import RunFacts, Summary, summarize
from qiki_hil.app.supervisor import RunObserver, Supervisor, obeying_signals
from qiki_hil.command import format_command
from qiki_hil.errors import QikiError, RigError, StoreError
from qiki_hil.kernels import decode_cycles
from qiki_hil.scenario import ExpectationResult, evaluate
from qiki_hil.scenario.signals import Columns
from qiki_hil.store import RunDirectory, RunStatus, RunStore

RESERVE = ".reserve"
RESERVE_BYTES = 64 * 1024
"""Held back while a run goes on, so that one that fills the disk can still say that it did."""
STATUS_EVENTS = {
    RunStatus.PASSED: events_pb2.RUN_STATUS_PASSED,
    RunStatus.FAILED: events_pb2.RUN_STATUS_FAILED,
    RunStatus.ABORTED: events_pb2.RUN_STATUS_ABORTED,
}


@dataclass(frozen=True)
class Outcome:
    """How a run went and where it is kept."""

    summary: Summary
    directory: Path
    report: Path | None
    complaint: str
    """What could not be written, in words; empty where everything was."""


class Runner:
    """One run. `supervisor` takes commands and the wish to stop while `run` is under way."""

    def __init__(self, parts: RunParts, observer: RunObserver) -> None:
        """Makes the run directory with its spec, rig and scenario. Raises StoreError where it
        cannot be written; then nothing is left behind."""
        self.parts = parts
        self.directory = make_directory(parts)
        with removing_on_error(self.directory.path):
            self.store = RunStore.create(self.directory.store_path)
        self.supervisor = Supervisor(self.directory, parts, self.store, observer)

    async def run(self) -> Outcome:
        """Runs to the end and sums up. Raises RigError where the rig cannot be opened and
        BrokerError where the private broker does not start; then nothing is left behind."""
        with obeying_signals(self.supervisor.stop):
            try:
                with removing_on_error(self.directory.path):
                    await self._fly()
                return await self._conclude()
            finally:
                await self._close()

    async def _fly(self) -> None:
        try:
            await self.supervisor.run()
            self._raise_if_not_set_up()
        except QikiError:
            # Broker and store write into the directory: they end before it goes.
            await self._close()
            raise

    async def _close(self) -> None:
        await self.supervisor.close()
        with suppress(StoreError):  # said by now
            self.store.close()

    def _raise_if_not_set_up(self) -> None:
        child = self.supervisor.loop
        if child.ended is not None and child.ended.end == link_pb2.LOOP_END_SETUP_FAILED:
            raise RigError(child.ended.detail)
        if child.started is None and not self.supervisor.stopped:
            raise RigError(f"the loop did not start: {child.last_words()}")

    async def _conclude(self) -> Outcome:
        columns = self._columns()
        scenario = self.parts.scenario
        results = evaluate(scenario.expect, columns, scenario.duration_s)
        ended = self._ended(columns)
        summary = summarize(self._facts(), columns, ended, results)
        if ended.end == link_pb2.LOOP_END_STOPPED and not self.supervisor.stopped:
            # Somebody asked the loop process itself.
            summary = summary.model_copy(update={"end": "stopped on request"})
        self._say_end(RunStatus(summary.status), results, ended)
        # Last, so that the count of what was sent has every event in it.
        await self.supervisor.close()
        telemetry = self.supervisor.telemetry_facts()
        summary = summary.model_copy(update={"telemetry": telemetry})
        return self._keep(summary, columns)

    def _columns(self) -> Columns:
        try:
            return decode_cycles(list(self.store.cycle_blobs()))
        except StoreError:
            return decode_cycles([])

    def _ended(self, columns: Columns) -> link_pb2.LoopEnded:
        """The loop's last words; a failure of the supervisor counts over them."""
        child = self.supervisor.loop
        words = child.last_words()
        if child.ended is None:
            return link_pb2.LoopEnded(
                detail=f"{words}; the nodes close their valves by themselves",
                ticks=len(columns["time_s"]),
                overruns=int(np.sum(columns["overruns"], dtype=np.int64)),
            )
        if self.supervisor.failure:
            ended = link_pb2.LoopEnded()
            ended.CopyFrom(child.ended)
            ended.end, ended.detail = link_pb2.LOOP_END_UNSPECIFIED, self.supervisor.failure
            return ended
        return child.ended

    def _facts(self) -> RunFacts:
        manifest = self.directory.manifest
        started = self.supervisor.loop.started
        return RunFacts(
            run_id=manifest.run_id,
            scenario=manifest.scenario,
            rig=manifest.rig,
            rate_hz=manifest.rate_hz,
            seed=manifest.seed,
            duration_s=self.parts.scenario.duration_s,
            speed=str(manifest.speed),
            directory=str(self.directory.path),
            spec_hash=manifest.spec_hash,
            dry_mass_kg=self.parts.spec.mass.dry_kg,
            versions=manifest.versions,
            realtime=list(started.realtime) if started else [],
        )

    def _keep(self, summary: Summary, columns: Columns) -> Outcome:
        """Writes down what came out. A run whose record is not whole has failed; a report that
        cannot be written costs the report, not the verdict."""
        complaints: list[str] = []
        (self.directory.path / RESERVE).unlink(missing_ok=True)
        try:
            self.store.flush()
            self._write(summary)
        except StoreError as error:
            complaints.append(str(error))
            detail = summary.end_detail or str(error)
            failed = {"status": "failed", "passed": False, "end_detail": detail}
            summary = summary.model_copy(update=failed)
            with suppress(StoreError):
                self._write(summary)
        report = None
        try:
            if len(columns["time_s"]):
                report, _ = write_report(self.directory.path, summary, columns, self._marks())
        except StoreError as error:
            complaints.append(str(error))
        return Outcome(summary, self.directory.path, report, "; ".join(complaints))

    def _write(self, summary: Summary) -> None:
        self.directory.set_status(RunStatus(summary.status))
        self.directory.write("summary.json", summary.model_dump_json(indent=2).encode())

    def _say_end(
        self,
        status: RunStatus,
        results: list[ExpectationResult],
        last: link_pb2.LoopEnded,
    ) -> None:
        events = self.supervisor.events
        tick = last.ticks
        time_ns = int(tick * np.int64(1e9) / self.parts.rate_hz)
        for result in results:
            judged = events_pb2.ExpectationJudged(
                expectation=result.name, met=result.passed, detail=result.words
            )
            events.say(judged, tick=tick, time_ns=time_ns)
        words = events_pb2.RunEnded(
            status=STATUS_EVENTS[status],
            loop_end=last.end,
            detail=last.detail,
            ticks=last.ticks,
            overruns=last.overruns,
            records_dropped=last.records_dropped,
            valves_closed=last.valves_closed,
        )
        events.say(words, tick=tick, time_ns=time_ns)

    def _marks(self) -> list[tuple[float, str]]:
        """Commands and faults of the scenario, for the plots."""
        scenario = self.parts.scenario
        commands = [(entry.at_s, format_command(entry.command)) for entry in scenario.commands]
        faults = [(fault.at_s, f"{fault.kind} {fault.target}") for fault in scenario.faults]
        return sorted(commands + faults)


def make_directory(parts: RunParts) -> RunDirectory:
    """A directory for a run, with everything that the loop needs to know. Raises StoreError."""
    directory = RunDirectory.create(
        parts.root,
        created_unix_ns=clock.unix_ns(),
        scenario=parts.scenario.name,
        rig=parts.rig.name or parts.rig.kind,
        rate_hz=parts.rate_hz,
        speed=parts.speed,
        seed=parts.seed,
        spec_hash=parts.spec.hash,
        versions=versions(),
    )
    with removing_on_error(directory.path):
        directory.write("spec.yaml", parts.spec.to_yaml().encode())
        directory.write("rig.yaml", parts.rig.to_yaml().encode())
        directory.write("scenario.yaml", parts.scenario.to_yaml().encode())
        directory.write(RESERVE, bytes(RESERVE_BYTES))
    return directory


class removing_on_error:  # noqa: N801  (a context manager, used like a function)
    """Removes a directory where its block raises a QikiError: nothing stays half-written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, QikiError):
            shutil.rmtree(self._path, ignore_errors=True)
