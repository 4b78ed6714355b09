"""What a step of a bank of modulators costs, in Rust."""

import numpy as np
import pytest
from numpy.typing import NDArray

from benches.ledger import Ledger
from qiki_hil._core import bench_exponentials, bench_modulator_step
from qiki_hil.kernels import NOZZLES, Modulator
from qiki_hil.kernels.modulator import RULES, edges_us

REPEATS = 200
STEPS = 2000
DT_S = 0.002
QUIET = np.linspace(0.0, 0.055, NOZZLES)
"""Below the dead zone of PWPF, 0.06: filters move, nothing fires."""
BUSY = np.linspace(0.0, 1.0, NOZZLES)


def best_step_ns(modulator: Modulator, level: NDArray[np.float64]) -> float:
    """Least disturbed of many repeats, ns."""
    return min(bench_modulator_step(modulator.core, level, STEPS) for _ in range(REPEATS))


def fired(modulator: Modulator, level: NDArray[np.float64]) -> int:
    """How many edges two seconds at that level have."""
    on_time_s = [modulator.step(level) for _ in range(round(2.0 / DT_S))]
    return sum(edges.size for edges in edges_us(on_time_s, modulator.period_us))


def test_a_quiet_step_of_sixteen_costs_a_fraction_of_sixteen_exponentials(
    ledger: Ledger, one_cpu: int
) -> None:
    assert fired(Modulator("pwpf", NOZZLES, DT_S), QUIET) == 0
    ours_ns = best_step_ns(Modulator("pwpf", NOZZLES, DT_S), QUIET)
    peer_ns = min(bench_exponentials(NOZZLES, STEPS) for _ in range(REPEATS))
    what, ours = "modulator step, 16 valves, no edge (pwpf)", f"{ours_ns:.1f} ns"
    ledger.judge("modulator_step", what, ours, "-", ours_ns, cpu=one_cpu)
    peer = f"16 exponentials {peer_ns:.1f} ns"
    ledger.judge("modulator_step_vs_exponentials", what, ours, peer, ours_ns / peer_ns)


@pytest.mark.parametrize("kind", RULES)
def test_a_step_with_pulses_stays_below_the_same_bound(
    ledger: Ledger, one_cpu: int, kind: str
) -> None:
    assert fired(Modulator(kind, NOZZLES, DT_S), BUSY) > 100
    ours_ns = best_step_ns(Modulator(kind, NOZZLES, DT_S), BUSY)
    what = f"modulator step, 16 valves, pulsing ({kind})"
    ledger.judge("modulator_step", what, f"{ours_ns:.1f} ns", "-", ours_ns, cpu=one_cpu)
