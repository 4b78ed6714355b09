"""A run from request to verdict: a supervised loop process, then what came of it."""

import asyncio
from contextlib import AbstractContextManager, nullcontext

from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.app.request import RunParts
from qiki_hil.app.run import Findings, Outcome, Run, keep, removing_on_error
from qiki_hil.app.stop_signals import StopSignals
from qiki_hil.app.summary import RunSummary
from qiki_hil.app.supervisor import NOT_BEGUN, RunObserver, Supervisor
from qiki_hil.errors import QikiError, RigError, StoppedError, StoreError
from qiki_hil.store import RunDirectory, RunStatus


class Runner:
    """One run. `supervisor` takes commands and the wish to stop while `run` is under way."""

    def __init__(self, parts: RunParts, observer: RunObserver) -> None:
        """Makes the run directory with its spec, rig and scenario. Raises StoreError where it
        cannot be written; then nothing is left behind."""
        self._run = Run(parts)
        self.supervisor = Supervisor(self._run, observer)

    @property
    def directory(self) -> RunDirectory:
        """Where the run is kept."""
        return self._run.directory

    async def run(self, signals: StopSignals | None = None) -> Outcome:
        """Runs to the end and sums up; each of `signals` asks the supervisor to stop. Raises
        RigError where the rig cannot be opened, BrokerError where the private broker does not
        start, StoppedError where a stop was requested before the loop began; then nothing is left
        behind."""
        with self._stopped_by(signals):
            try:
                with removing_on_error(self.directory.path):
                    await self._fly()
                return await self._conclude()
            finally:
                await self._close()

    def _stopped_by(self, signals: StopSignals | None) -> AbstractContextManager[None]:
        if signals is None:
            return nullcontext()
        events = asyncio.get_running_loop()
        # Through the event loop, which then wakes up.
        return signals.calling(lambda: events.call_soon_threadsafe(self.supervisor.stop))

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
        self._run.close()

    def _raise_if_not_set_up(self) -> None:
        child = self.supervisor.loop
        if child.ended is not None and child.ended.end == link_pb2.LOOP_END_SETUP_FAILED:
            raise RigError(child.ended.detail)
        if child.started is not None or child.ended is not None:
            return
        if self.supervisor.stopped:
            raise StoppedError(NOT_BEGUN)
        raise RigError(f"the loop did not start: {child.exit_report()}")

    async def _conclude(self) -> Outcome:
        self.supervisor.finish_record()
        findings = self._findings()
        ended = self._run.with_gaps(self._ended(findings), findings.records)
        started = self.supervisor.loop.started
        measures = list(started.realtime_measures) if started else []
        summary = self._run.summarize(findings, ended, measures)
        self._run.emit_end(RunStatus(summary.status), findings.results(), ended)
        # Last, so that the count of what was sent has every event in it.
        await self.supervisor.close()
        return keep(self._run, self._completed(summary, ended), findings.traces)

    def _completed(self, summary: RunSummary, ended: link_pb2.LoopEnded) -> RunSummary:
        """The summary with what only the supervisor knows."""
        changes: dict[str, object] = {"telemetry": self.supervisor.telemetry.facts()}
        if ended.end == link_pb2.LOOP_END_STOPPED and not self.supervisor.stopped:
            # Somebody sent a signal to the loop process itself.
            changes["end"] = "stopped on request"
        return summary.model_copy(update=changes)

    def _findings(self) -> Findings:
        """Nothing where the store cannot be read: the run then fails, and says so."""
        try:
            return self._run.read()
        except StoreError as error:
            self.supervisor.failure = self.supervisor.failure or str(error)
            return self._run.nothing_found()

    def _ended(self, findings: Findings) -> link_pb2.LoopEnded:
        """How the loop says that it ended; a failure of the supervisor counts over it."""
        child = self.supervisor.loop
        exit_report = child.exit_report()
        if child.ended is None:
            return link_pb2.LoopEnded(
                detail=f"{exit_report}; the nodes close their valves by themselves",
                ticks=findings.records,
                overruns=findings.totals.overruns,
            )
        if self.supervisor.failure:
            ended = link_pb2.LoopEnded()
            ended.CopyFrom(child.ended)
            ended.end, ended.detail = link_pb2.LOOP_END_RECORD_FAILED, self.supervisor.failure
            return ended
        return child.ended
