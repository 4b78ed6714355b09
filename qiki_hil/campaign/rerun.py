"""One case of a campaign as an ordinary run: on the simulated rig, through the loop, recorded.

Nothing of the flight is taken from the core's own loop: rig, fault injector and loop are those of
`qiki-hil run`, and what is judged is read back from the event store. That both ways agree to the
last bit is what makes a campaign's numbers worth having.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qiki_hil import clock
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.app.events import EventLog
from qiki_hil.app.recorder import Recorder
from qiki_hil.app.report import write_report
from qiki_hil.app.request import NATS_OFF, RunParts
from qiki_hil.app.runner import STATUS_EVENTS, make_directory, removing_on_error
from qiki_hil.app.summary import RunFacts, Summary, summarize
from qiki_hil.campaign.case import Case, make_case
from qiki_hil.campaign.file import Campaign
from qiki_hil.campaign.flight import Row, judged, row_of
from qiki_hil.command import format_command
from qiki_hil.control.link import LoopLink
from qiki_hil.control.loop import Loop
from qiki_hil.control.pacer import FreePacer
from qiki_hil.kernels import ControllerCore, decode_cycles
from qiki_hil.rig import FaultInjector, RigConfig
from qiki_hil.rig.sim import SimRig
from qiki_hil.scenario import ExpectationResult
from qiki_hil.scenario.signals import Columns
from qiki_hil.spec import BotSpec
from qiki_hil.store import RunDirectory, RunStatus, RunStore

BATCH = 64
"""Records in a packet, as where time is simulated."""


@dataclass(frozen=True)
class Rerun:
    """How the run went, where it is kept, and the row that the campaign would have."""

    summary: Summary
    directory: Path
    report: Path | None
    row: Row


class CaseRig(SimRig):
    """The simulated rig with the craft of a case in it."""

    def __init__(self, spec: BotSpec, case: Case) -> None:
        super().__init__(spec, seed=case.seed, initial=case.initial)
        self._craft_json = case.truth_json


class DirectLink(LoopLink):
    """Hands packets over within the process; nobody asks for anything."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self.lost = False
        self.dropped = 0
        self._take = take

    def send_cycles(self, packet: bytes, records: int) -> None:  # noqa: ARG002
        """See `LoopLink`."""
        self._take(packet)

    def requests(self) -> list[link_pb2.LoopRequest]:
        """See `LoopLink`."""
        return []


def rerun(campaign: Campaign, index: int, root: Path) -> Rerun:
    """Flies case `index` again and keeps it in a run directory under `root`. Raises QikiError
    where there is no such case or it cannot be flown, StoreError where it cannot be kept."""
    case = make_case(campaign, index)
    parts = RunParts(
        spec=campaign.spec,
        rig=RigConfig.load("sim"),
        scenario=case.scenario,
        rate_hz=campaign.entries.rate_hz,
        speed="max",
        seed=case.seed,
        nats=NATS_OFF,
        root=root,
        lockstep=True,
    )
    directory = make_directory(parts)
    with removing_on_error(directory.path):
        directory.write("truth.json", case.truth_json.encode())
        with RunStore.create(directory.store_path) as store:
            return _Run(campaign, case, directory, store).run()


class _Run:
    def __init__(
        self, campaign: Campaign, case: Case, directory: RunDirectory, store: RunStore
    ) -> None:
        self._campaign = campaign
        self._case = case
        self._directory = directory
        self._store = store
        self._events = EventLog(directory.run_id, clock.unix_ns)
        self._events.listeners.append(store.append_event)

    def run(self) -> Rerun:
        self._say_start()
        ended = self._fly()
        self._store.flush()
        columns = decode_cycles(list(self._store.cycle_blobs()))
        results = judged(self._case, columns)
        row = row_of(self._case, columns, results)
        summary = summarize(self._facts(), columns, ended, results)
        self._say_end(summary, results, ended)
        self._keep(row, summary)
        report, _ = write_report(self._directory.path, summary, columns, self._marks())
        self._directory.set_status(RunStatus(summary.status))
        return Rerun(summary, self._directory.path, report, row)

    def _fly(self) -> link_pb2.LoopEnded:
        case, period_us = self._case, self._case.period_us
        timeline = case.scenario.timeline(period_us * 1e-6)
        recorder = Recorder(self._store, self._events)
        recorder.expect_faults(
            [
                (tick, events_pb2.FaultInjected(fault=message))
                for tick, message in timeline
                if isinstance(message, link_pb2.RigFault)
            ]
        )
        rig = FaultInjector(CaseRig(self._campaign.spec, case), seed=case.seed)
        rig.open(period_us * 1e-6)
        loop = Loop(
            rig,
            ControllerCore(case.nominal_json, period_us, BATCH),
            DirectLink(recorder.take),
            FreePacer(period_us * 1000),
            clock.monotonic_ns,
            period_us=period_us,
            ticks=case.scenario.ticks(period_us * 1e-6),
            timeline=timeline,
            records_per_packet=BATCH,
            timed=False,
        )
        ended = loop.run()
        recorder.write()
        return ended

    def _facts(self) -> RunFacts:
        manifest = self._directory.manifest
        return RunFacts(
            run_id=manifest.run_id,
            scenario=manifest.scenario,
            rig=manifest.rig,
            rate_hz=manifest.rate_hz,
            seed=manifest.seed,
            duration_s=self._case.scenario.duration_s,
            speed=str(manifest.speed),
            directory=str(self._directory.path),
            spec_hash=manifest.spec_hash,
            dry_mass_kg=self._campaign.spec.mass.dry_kg,
            versions=manifest.versions,
        )

    def _say_start(self) -> None:
        manifest = self._directory.manifest
        self._events.say(
            events_pb2.RunStarted(
                scenario=manifest.scenario,
                rig=manifest.rig,
                rate_hz=manifest.rate_hz,
                seed=manifest.seed,
                hardware_profile_hash=manifest.spec_hash,
            )
        )

    def _say_end(
        self, summary: Summary, results: list[ExpectationResult], ended: link_pb2.LoopEnded
    ) -> None:
        moment = {"tick": ended.ticks, "time_ns": ended.ticks * self._case.period_us * 1000}
        for result in results:
            words = events_pb2.ExpectationJudged(
                expectation=result.name, met=result.passed, detail=result.words
            )
            self._events.say(words, **moment)
        self._events.say(
            events_pb2.RunEnded(
                status=STATUS_EVENTS[RunStatus(summary.status)],
                loop_end=ended.end,
                detail=ended.detail,
                ticks=ended.ticks,
                valves_closed=ended.valves_closed,
            ),
            **moment,
        )

    def _keep(self, row: Row, summary: Summary) -> None:
        self._store.flush()
        self._directory.write("summary.json", summary.model_dump_json(indent=2).encode())
        kept = {"campaign": self._campaign.entries.name} | row
        self._directory.write("case.json", json.dumps(kept, indent=2).encode())

    def _marks(self) -> list[tuple[float, str]]:
        """Commands and faults, for the plots."""
        scenario = self._case.scenario
        commands = [(entry.at_s, format_command(entry.command)) for entry in scenario.commands]
        faults = [(fault.at_s, f"{fault.kind} {fault.target}") for fault in scenario.faults]
        return sorted(commands + faults)


def columns_of(directory: Path) -> Columns:
    """The columns of a run that is kept. Raises StoreError where it cannot be read."""
    with RunStore.open(RunDirectory.open(directory).store_path) as store:
        return decode_cycles(list(store.cycle_blobs()))


def differences(campaign_row: Row, row: Row) -> list[str]:
    """The columns in which two rows of a case are not the same to the bit."""
    names = sorted(campaign_row.keys() | row.keys())
    return [name for name in names if campaign_row.get(name) != row.get(name)]
