"""The summary of a run: verdict, expectations, loop timing, and what was consumed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict

from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.app.tally import Tally
from qiki_hil.app.totals import NOZZLE_STATES, Totals
from qiki_hil.digits import Digits
from qiki_hil.kernels import NOZZLES, nozzles_in
from qiki_hil.scenario.expectations import ExpectationResult

SCHEMA_VERSION = 3

Status = Literal["passed", "failed", "aborted", "killed"]
END_TEXTS: dict[int, str] = {
    link_pb2.LOOP_END_UNSPECIFIED: "unknown",
    link_pb2.LOOP_END_COMPLETED: "completed",
    link_pb2.LOOP_END_STOPPED: "stopped by the operator",
    link_pb2.LOOP_END_SUPERVISOR_LOST: "the supervisor was lost",
    link_pb2.LOOP_END_OVERRUN: "too many deadlines were missed",
    link_pb2.LOOP_END_RIG_FAILED: "the rig failed",
    link_pb2.LOOP_END_SETUP_FAILED: "set-up failed",
    link_pb2.LOOP_END_RECORD_FAILED: "the record could not be kept",
}


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known of a run before it ends: its manifest and the measures that the loop took."""

    run_id: str
    scenario: str
    rig: str
    rate_hz: float
    period_us: int
    seed: int
    duration_s: float
    speed: str
    directory: str
    spec_hash: str
    versions: Mapping[str, str] = field(default_factory=dict)
    realtime_measures: Sequence[str] = ()


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Percentiles(_Model):
    """Percentiles of one part of the cycle, µs."""

    p50_us: float
    p99_us: float
    p999_us: float
    max_us: float


class Timing(_Model):
    """Percentiles of each part of the cycle; None where it was not timed, as in a run at full
    speed."""

    wakeup: Percentiles | None
    read: Percentiles | None
    step: Percentiles | None
    write: Percentiles | None
    send: Percentiles | None


class Expected(_Model):
    """An expectation and its verdict."""

    name: str
    signal: str
    unit: str
    window: str
    bound: str
    measured: float | bool | str | None
    margin: float | None
    passed: bool
    detail: str


class Nozzle(_Model):
    """What one nozzle did by its reports, and its state at the end of the run."""

    pulses: int
    on_time_s: float
    state: str


class RunSummary(_Model):
    """The whole summary; `model_dump_json()` is the one object that `--json` prints."""

    schema_version: int = SCHEMA_VERSION
    run_id: str
    directory: str
    scenario: str
    rig: str
    rate_hz: float
    speed: str
    seed: Digits
    spec_hash: str
    versions: dict[str, str]
    status: Status
    passed: bool
    end: str
    end_detail: str
    valves_closed: bool
    expectations: list[Expected]
    duration_s: float
    simulated_s: float
    wall_s: float | None
    speed_ratio: float | None
    ticks: int
    records: int
    records_dropped: int
    commands_unanswered: int
    overruns: int
    timing: Timing
    realtime_measures: list[str]
    propellant_kg: float | None
    delta_v_mps: float | None
    pulses_total: int
    nozzles: list[Nozzle]
    isolated: list[int]
    # How long each limit on nozzles or loads was active, s.
    inhibited_s: dict[str, float]
    telemetry: dict[str, int | float | str | bool | None]
    rig_counters: dict[str, int]


def summarize(
    run: RunFacts,
    totals: Totals,
    ended: link_pb2.LoopEnded,
    results: Sequence[ExpectationResult],
    telemetry: Mapping[str, int | float | str | bool | None] | None = None,
) -> RunSummary:
    """The summary of a run. `totals` are those of all its records."""
    simulated_s = ended.ticks * run.period_us / 1e6
    wall_s = ended.wall_ns / 1e9 if ended.wall_ns > 0 else None
    status = _status(ended, results)
    return RunSummary(
        run_id=run.run_id,
        directory=run.directory,
        scenario=run.scenario,
        rig=run.rig,
        rate_hz=run.rate_hz,
        speed=run.speed,
        seed=run.seed,
        spec_hash=run.spec_hash,
        versions=dict(run.versions),
        status=status,
        passed=status == "passed",
        end=END_TEXTS.get(ended.end, "unknown"),
        end_detail=ended.detail,
        valves_closed=ended.valves_closed,
        expectations=[_expected(result) for result in results],
        duration_s=run.duration_s,
        simulated_s=simulated_s,
        wall_s=wall_s,
        speed_ratio=simulated_s / wall_s if wall_s else None,
        ticks=ended.ticks,
        records=totals.records,
        records_dropped=ended.records_dropped,
        commands_unanswered=ended.commands_unanswered,
        overruns=ended.overruns,
        timing=timing_of(totals),
        realtime_measures=list(run.realtime_measures),
        propellant_kg=_number(totals.propellant_kg),
        delta_v_mps=_number(totals.delta_v_mps) if totals.records else None,
        pulses_total=int(totals.pulses.sum()),
        nozzles=_nozzles(totals),
        isolated=list(nozzles_in(totals.nozzle_bits["isolated"])),
        inhibited_s=totals.inhibited.seconds(),
        telemetry=dict(telemetry or {}),
        rig_counters={name: int(ended.rig_counters[name]) for name in sorted(ended.rig_counters)},
    )


def timing_of(totals: Totals) -> Timing:
    """Percentiles of every part of the cycle that was timed."""
    return Timing(**{part: _percentiles(tally) for part, tally in totals.timing.items()})


def _percentiles(tally: Tally) -> Percentiles | None:
    if not len(tally.numbers):
        return None
    p50, p99, p999 = tally.percentiles([50.0, 99.0, 99.9]) / 1e3
    return Percentiles(
        p50_us=float(p50),
        p99_us=float(p99),
        p999_us=float(p999),
        max_us=float(tally.numbers[-1]) / 1e3,
    )


def _status(ended: link_pb2.LoopEnded, results: Sequence[ExpectationResult]) -> Status:
    """A run that was stopped on request is `aborted`: neither passed nor failed. One with gaps in
    its record, or with commands that nobody answered, has not shown what it must show."""
    if ended.end == link_pb2.LOOP_END_STOPPED and ended.valves_closed:
        return "aborted"
    completed = ended.end == link_pb2.LOOP_END_COMPLETED and ended.valves_closed
    completed &= not ended.records_dropped and not ended.commands_unanswered
    return "passed" if completed and all(result.passed for result in results) else "failed"


def _expected(result: ExpectationResult) -> Expected:
    """The verdict for the summary. JSON has no infinity and no NaN: they become None."""
    return Expected(
        name=result.name,
        signal=result.signal,
        unit=result.unit,
        window=result.window,
        bound=result.bound,
        measured=_finite(result.measured),
        margin=None if result.margin is None else _number(result.margin),
        passed=result.passed,
        detail=result.detail,
    )


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _finite(value: float | bool | str | None) -> float | bool | str | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _nozzles(totals: Totals) -> list[Nozzle]:
    return [
        Nozzle(
            pulses=int(totals.pulses[nozzle]),
            on_time_s=float(totals.open_s[nozzle]),
            state=_nozzle_state(totals, nozzle),
        )
        for nozzle in range(NOZZLES)
    ]


def _nozzle_state(totals: Totals, nozzle: int) -> str:
    bits = totals.nozzle_bits
    states = (text for name, text in NOZZLE_STATES.items() if bits[name] >> nozzle & 1)
    return next(states, "in use")
