"""The limits in force on nozzles and loads, as text."""

from qiki_hil.app.active_limits import MODEL_MISMATCH_PARTS
from qiki_hil.console.live.state import LiveState
from qiki_hil.kernels import CLUSTER_LIMITS, POWER_FAULTS, POWER_LOADS, RCS_LIMITS, named_bits

PEAK = "PDU_PEAK_DENIED"
"""The peak is always shared with the other loads: a matter of course."""


def cluster_limits(state: LiveState, cluster: int) -> list[str]:
    """The limits on a cluster, by name."""
    return named_bits(state.cluster_limits[cluster], CLUSTER_LIMITS)


def limit_texts(state: LiveState) -> list[str]:
    """Every limit beyond those of normal operation, one phrase each."""
    texts = []
    limits = [name for name in named_bits(state.rcs_power_limits, RCS_LIMITS) if name != PEAK]
    if limits:
        texts.append(f"nozzles {state.rcs_power_max_w / 1e3:.1f} kW {' '.join(limits)}")
    if state.working_mass_low:
        texts.append("WORKING_MASS_LOW")
    down = named_bits(state.model_mismatch, MODEL_MISMATCH_PARTS)
    texts += [f"{part} MODEL_MISMATCH" for part in down]
    for cluster in range(len(state.cluster_limits)):
        limits = [name for name in cluster_limits(state, cluster) if name != "COOLDOWN"]
        if limits:
            texts.append(f"C{cluster} {' '.join(limits)}")
    for verb, bits in (("shed", state.loads_shed), ("throttled", state.loads_throttled)):
        loads = named_bits(bits, POWER_LOADS)
        if loads:
            texts.append(f"{verb} {' '.join(loads)}")
    return texts + named_bits(state.power_faults, POWER_FAULTS)
