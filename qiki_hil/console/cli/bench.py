"""`qiki-hil bench`: kernels against their closed forms."""

import math
from dataclasses import dataclass
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from qiki_hil.console.cli.options import json_option
from qiki_hil.console.safe_console import report_console
from qiki_hil.console.say import say, say_json
from qiki_hil.kernels.modulator import Modulator, edges_us

EXIT_CHECK_FAILED = 1

LEVELS = (0.12, 0.30, 0.50, 0.80)
PARAMETERS = {"km": 4.5, "tau_s": 0.15, "u_on": 0.45, "u_off": 0.15}
VALVE = {"min_on_s": 0.008, "min_off_s": 0.008, "max_on_s": 100.0}
"""Shorter than the shortest pulse of `PARAMETERS`, 10.35 ms, so that nothing but the filter decides
where edges are."""
RATES_HZ = (200, 500, 1000)
SECONDS = 20.0
EDGE_LIMIT_US = 1.0
DUTY_LIMIT = 0.005


@dataclass(frozen=True)
class Comparison:
    """Pulses under one constant level against their closed forms."""

    rate_hz: int
    level: float
    pulses_us: NDArray[np.int64]
    pauses_us: NDArray[np.int64]

    @property
    def closed_on_us(self) -> float:
        """`-tau ln(1 - h/(Uon - Km (E - 1)))`."""
        return _time_us(PARAMETERS["u_on"] - PARAMETERS["km"] * (self.level - 1.0))

    @property
    def closed_off_us(self) -> float:
        """`-tau ln(1 - h/(Km E - Uoff))`."""
        return _time_us(PARAMETERS["km"] * self.level - PARAMETERS["u_off"])

    @property
    def closed_duty(self) -> float:
        """Share of the time in which the valve is open."""
        return self.closed_on_us / (self.closed_on_us + self.closed_off_us)

    @property
    def duty(self) -> float:
        """The same, over whole cycles of the measured edges."""
        return float(self.pulses_us.sum() / (self.pulses_us.sum() + self.pauses_us.sum()))

    @property
    def worst_us(self) -> float:
        """How far the worst single pulse or pause is off."""
        on = np.abs(self.pulses_us - self.closed_on_us).max()
        off = np.abs(self.pauses_us - self.closed_off_us).max()
        return float(max(on, off))

    @property
    def duty_error(self) -> float:
        """Relative."""
        return abs(self.duty / self.closed_duty - 1.0)

    @property
    def met(self) -> bool:
        """Whether every edge and the duty are within their limits."""
        return self.worst_us <= EDGE_LIMIT_US and self.duty_error <= DUTY_LIMIT


def compare(rate_hz: int) -> list[Comparison]:
    """One valve per level, from rest, at one loop rate."""
    bank = Modulator("pwpf", len(LEVELS), 1.0 / rate_hz, **VALVE, **PARAMETERS)
    on_time_s = [bank.step(LEVELS) for _ in range(round(SECONDS * rate_hz))]
    waves = edges_us(on_time_s, bank.period_us)
    return [_comparison(rate_hz, *pair) for pair in zip(LEVELS, waves, strict=True)]


@click.group()
def bench() -> None:
    """Kernels against their closed forms."""


@bench.command()
@click.option("--check", is_flag=True, help="Exit with 1 where a limit is not kept.")
@click.option(
    "--rate",
    "rates_hz",
    type=click.IntRange(200, 1000),
    multiple=True,
    default=RATES_HZ,
    show_default=True,
    help="Loop rate, Hz; may be given several times.",
)
@json_option
@click.pass_context
def modulator(
    context: click.Context, check: bool, rates_hz: tuple[int, ...], as_json: bool
) -> None:
    """Compare the pulses of PWPF under constant levels with their closed forms."""
    rows = [row for rate_hz in rates_hz for row in compare(rate_hz)]
    if as_json:
        say_json(_json(rows))
    else:
        _print(rows)
    if check and not all(row.met for row in rows):
        context.exit(EXIT_CHECK_FAILED)


def _json(rows: list[Comparison]) -> dict[str, Any]:
    return {
        "edge_limit_us": EDGE_LIMIT_US,
        "duty_limit": DUTY_LIMIT,
        "met": all(row.met for row in rows),
        "comparisons": [
            {
                "rate_hz": row.rate_hz,
                "level": row.level,
                "on_us": float(row.pulses_us.mean()),
                "off_us": float(row.pauses_us.mean()),
                "worst_us": float(row.worst_us),
                "duty": float(row.duty),
                "met": bool(row.met),
            }
            for row in rows
        ],
    }


def _print(rows: list[Comparison]) -> None:
    report_console(100).print(_table(rows))
    say(
        f"Edges are commanded in whole microseconds, so a single pulse or pause may be off by up "
        f"to 1 us; {EDGE_LIMIT_US:g} us and {DUTY_LIMIT:.1%} of the duty are allowed."
    )
    say(f"{sum(row.met for row in rows)} of {len(rows)} met")


def _time_us(span: float) -> float:
    hysteresis = PARAMETERS["u_on"] - PARAMETERS["u_off"]
    return -PARAMETERS["tau_s"] * math.log(1.0 - hysteresis / span) * 1e6


def _comparison(rate_hz: int, level: float, edges: NDArray[np.int64]) -> Comparison:
    # Whole cycles: from the first opening to the last one.
    cycles = (len(edges) - 1) // 2
    lengths = np.diff(edges)[: 2 * cycles]
    return Comparison(rate_hz, level, lengths[0::2], lengths[1::2])


def _table(rows: list[Comparison]) -> Table:
    heads = ("Hz", "E", "T_on ms", "closed", "T_off ms", "closed", "worst us", "duty", "closed", "")
    table = Table(*heads)
    for column in table.columns[:-1]:
        column.justify = "right"
    for row in rows:
        table.add_row(
            str(row.rate_hz),
            f"{row.level:.2f}",
            f"{row.pulses_us.mean() / 1e3:.4f}",
            f"{row.closed_on_us / 1e3:.4f}",
            f"{row.pauses_us.mean() / 1e3:.4f}",
            f"{row.closed_off_us / 1e3:.4f}",
            f"{row.worst_us:.2f}",
            f"{row.duty:.5f}",
            f"{row.closed_duty:.5f}",
            "met" if row.met else "NOT MET",
        )
    return table
