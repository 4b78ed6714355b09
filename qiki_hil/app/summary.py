"""The summary of a run: verdict, expectations, loop timing, and what was consumed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.app.active_limits import inhibited_s
from qiki_hil.digits import Digits
from qiki_hil.kernels import NOZZLES, nozzles_in
from qiki_hil.scenario.expectations import ExpectationResult
from qiki_hil.scenario.openings import open_s, opened
from qiki_hil.scenario.signals import Columns, backfilled, propellant_used

SCHEMA_VERSION = 3

Status = Literal["passed", "failed", "aborted"]
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
    dry_mass_kg: float
    force_n_body: NDArray[np.float64]
    """(3, 16) force of each nozzle at full thrust, N, body."""
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
    columns: Columns,
    ended: link_pb2.LoopEnded,
    results: Sequence[ExpectationResult],
    telemetry: Mapping[str, int | float | str | bool | None] | None = None,
) -> RunSummary:
    """The summary of a run. `columns` are those of `kernels.decode_cycles`; a run without records
    has columns of no rows."""
    simulated_s = ended.ticks * run.period_us / 1e6
    wall_s = ended.wall_ns / 1e9 if ended.wall_ns > 0 else None
    status = _status(ended, results)
    pulses = opened(columns).sum(axis=0)
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
        records=len(columns["time_s"]),
        records_dropped=ended.records_dropped,
        commands_unanswered=ended.commands_unanswered,
        overruns=ended.overruns,
        timing=timing_of(columns),
        realtime_measures=list(run.realtime_measures),
        propellant_kg=_finite_last(propellant_used(columns)) if len(columns["time_s"]) else None,
        delta_v_mps=_delta_v(columns, run),
        pulses_total=int(pulses.sum()),
        nozzles=_nozzles(columns, pulses),
        isolated=_isolated(columns),
        inhibited_s=inhibited_s(columns),
        telemetry=dict(telemetry or {}),
        rig_counters={name: int(ended.rig_counters[name]) for name in sorted(ended.rig_counters)},
    )


def timing_of(columns: Columns) -> Timing:
    """Percentiles of every part of the cycle that was timed."""
    parts = {part: _percentiles(columns[f"{part}_ns"]) for part in Timing.model_fields}
    return Timing(**parts)


def _percentiles(nanoseconds: NDArray[Any]) -> Percentiles | None:
    timed = nanoseconds[nanoseconds >= 0]
    if not len(timed):
        return None
    p50, p99, p999 = np.percentile(timed, [50.0, 99.0, 99.9], method="higher") / 1e3
    return Percentiles(
        p50_us=float(p50), p99_us=float(p99), p999_us=float(p999), max_us=float(timed.max()) / 1e3
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
        margin=None if result.margin is None or not math.isfinite(result.margin) else result.margin,
        passed=result.passed,
        detail=result.detail,
    )


def _finite(value: float | bool | str | None) -> float | bool | str | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _finite_last(values: NDArray[np.float64]) -> float | None:
    return float(values[-1]) if math.isfinite(values[-1]) else None


def _delta_v(columns: Columns, run: RunFacts) -> float | None:
    """Impulse of all reported openings over the mass, m/s. It counts all thrust, also where one
    push takes back another, because it measures the effort and not the motion."""
    impulse_ns = np.linalg.norm(open_s(columns) @ run.force_n_body.T, axis=1)
    true = columns["true_mass_kg"]
    reported = run.dry_mass_kg + backfilled(columns["propellant_kg"])
    mass = np.where(np.isnan(true), reported, true)
    total = float(np.sum(impulse_ns / mass)) if len(mass) else math.nan
    return total if math.isfinite(total) else None


def _nozzles(columns: Columns, pulses: NDArray[np.int64]) -> list[Nozzle]:
    on_time_s = open_s(columns).sum(axis=0)
    return [
        Nozzle(
            pulses=int(pulses[nozzle]),
            on_time_s=float(on_time_s[nozzle]),
            state=_nozzle_state(columns, nozzle),
        )
        for nozzle in range(NOZZLES)
    ]


NOZZLE_STATES = {
    "stuck_open": "does not close, countered",
    "stuck_closed": "does not open, isolated",
    "isolated": "isolated",
    "returning": "on trial",
    "feedback_lies": "in use, its feedback lies",
}
"""Text for the state of a nozzle, by the column of bits that holds it; the first that is set
counts."""


def _nozzle_state(columns: Columns, nozzle: int) -> str:
    if not len(columns["isolated"]):
        return "in use"
    states = (state for name, state in NOZZLE_STATES.items() if columns[name][-1] >> nozzle & 1)
    return next(states, "in use")


def _isolated(columns: Columns) -> list[int]:
    """Nozzles that were isolated at the end of the run."""
    bits = int(columns["isolated"][-1]) if len(columns["isolated"]) else 0
    return list(nozzles_in(bits))
