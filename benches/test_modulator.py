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


def beside_exponentials(modulator: Modulator, level: NDArray[np.float64]) -> tuple[float, float]:
    """A step and sixteen exponentials, ns, measured in turns: a slow spell helps neither side."""
    pairs = [
        (bench_modulator_step(modulator.core, level, STEPS), bench_exponentials(NOZZLES, STEPS))
        for _ in range(REPEATS)
    ]
    return min(ours for ours, _ in pairs), min(peer for _, peer in pairs)


def fired(modulator: Modulator, level: NDArray[np.float64]) -> int:
    """How many edges two seconds at that level have."""
    on_time_s = [modulator.step(level) for _ in range(round(2.0 / DT_S))]
    return sum(edges.size for edges in edges_us(on_time_s, modulator.period_us))


def test_a_quiet_step_of_sixteen_costs_a_fraction_of_sixteen_exponentials(
    ledger: Ledger, one_cpu: int
) -> None:
    assert fired(Modulator("pwpf", NOZZLES, DT_S), QUIET) == 0
    ours_ns, peer_ns = beside_exponentials(Modulator("pwpf", NOZZLES, DT_S), QUIET)
    what, ours = "modulator step, 16 valves, no edge (pwpf)", f"{ours_ns:.1f} ns"
    peer, ratio = f"16 exponentials {peer_ns:.1f} ns", ours_ns / peer_ns
    ledger.judge("modulator_step_vs_exponentials", what, ours, peer, ratio, cpu=one_cpu)


@pytest.mark.parametrize("kind", RULES)
def test_a_step_with_pulses_costs_a_few_exponentials_a_valve(
    ledger: Ledger, one_cpu: int, kind: str
) -> None:
    assert fired(Modulator(kind, NOZZLES, DT_S), BUSY) > 100
    ours_ns, peer_ns = beside_exponentials(Modulator(kind, NOZZLES, DT_S), BUSY)
    what, ours = f"modulator step, 16 valves, pulsing ({kind})", f"{ours_ns:.1f} ns"
    peer, ratio = f"16 exponentials {peer_ns:.1f} ns", ours_ns / peer_ns
    ledger.judge("modulator_pulsing_vs_exponentials", what, ours, peer, ratio, cpu=one_cpu)
