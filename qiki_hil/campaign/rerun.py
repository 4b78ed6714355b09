"""One case of a campaign as an ordinary run: on the simulated rig, through the loop, recorded.

Nothing of the flight is taken from the core's own loop. Rig, fault injector and loop are those of
`qiki-hil run`, and what is judged is read back from the event store. Both ways must agree to the
last bit: that is the evidence that a campaign, which records nothing, flies what a run flies.
"""

import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from qiki_hil import clock
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.app.request import NATS_OFF, RunParts
from qiki_hil.app.run import Run, keep, removing_on_error
from qiki_hil.app.stop_signals import StopSignals
from qiki_hil.app.summary import RunSummary
from qiki_hil.campaign.case import Case, make_case
from qiki_hil.campaign.file import Campaign
from qiki_hil.campaign.flight import Metrics, Row, row_of
from qiki_hil.control.link import SIMULATED_RECORDS_PER_PACKET, InProcessLink
from qiki_hil.control.loop import Loop
from qiki_hil.control.pacer import FreePacer
from qiki_hil.errors import StoppedError, StoreError
from qiki_hil.kernels import ControllerCore
from qiki_hil.rig import FaultInjector, RigConfig
from qiki_hil.rig.sim import SimRig
from qiki_hil.spec import BotSpec
from qiki_hil.store import RunStatus


@dataclass(frozen=True)
class Rerun:
    """How the run went, where it is kept, and the row that the campaign would have."""

    summary: RunSummary
    directory: Path
    report: Path | None
    row: Row


class CaseRig(SimRig):
    """The simulated rig with the craft of a case in it."""

    def __init__(self, spec: BotSpec, case: Case) -> None:
        super().__init__(spec, seed=case.seed, initial=case.initial)
        self._craft_json = case.truth_json


def rerun(
    campaign: Campaign, index: int, root: Path, signals: StopSignals, *, report: bool = True
) -> Rerun:
    """Flies case `index` again and keeps it in a run directory under `root`. Raises QikiError
    where there is no such case or it cannot be flown, StoreError where it cannot be kept,
    StoppedError after one of `signals`; then nothing is left behind."""
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
        report=report,
    )
    run = Run(parts)
    with removing_on_error(run.directory.path), closing(run):
        run.directory.write("truth.json", case.truth_json.encode())
        run.events.listeners.append(run.store.append_event)
        run.emit_start()
        return _conclude(run, campaign, case, _fly(run, case, signals))


def _fly(run: Run, case: Case, signals: StopSignals) -> link_pb2.LoopEnded:
    """Flies the case with everything recorded."""
    rig = FaultInjector(CaseRig(run.parts.spec, case), seed=case.seed)
    rig.open(case.period_us * 1e-6)
    loop = Loop(
        rig,
        ControllerCore(case.nominal_json, case.period_us, SIMULATED_RECORDS_PER_PACKET),
        InProcessLink(run.recorder.take),
        FreePacer(case.period_us * 1000),
        clock.monotonic_ns,
        period_us=case.period_us,
        ticks=case.scenario.ticks(case.period_us * 1e-6),
        timeline=case.scenario.timeline(case.period_us * 1e-6),
        records_per_packet=SIMULATED_RECORDS_PER_PACKET,
        timed=False,
    )
    with signals.calling(loop.stop):
        ended = loop.run()
    if signals.count:
        raise StoppedError("interrupted; nothing is kept of a case that was not flown to its end")
    run.recorder.write()
    run.store.finish()
    return ended


def _conclude(run: Run, campaign: Campaign, case: Case, ended: link_pb2.LoopEnded) -> Rerun:
    """Judges what is in the event store, and keeps it with the row beside it."""
    metrics = Metrics()
    findings = run.read(metrics)
    results = findings.results()
    ended = run.with_gaps(ended, findings.records)
    row = row_of(case, metrics.values(), results)
    summary = run.summarize(findings, ended)
    run.emit_end(RunStatus(summary.status), results, ended)
    kept = {"campaign": campaign.entries.name} | row | {"seed": str(case.seed)}
    run.directory.write("case.json", json.dumps(kept, indent=2).encode())
    outcome = keep(run, summary, findings.traces)
    if outcome.complaint:
        raise StoreError(outcome.complaint)
    return Rerun(outcome.summary, outcome.directory, outcome.report, row)


def differences(campaign_row: Row, row: Row) -> list[str]:
    """The columns in which two rows of a case are not the same to the bit."""
    names = sorted(campaign_row.keys() | row.keys())
    return [name for name in names if campaign_row.get(name) != row.get(name)]
