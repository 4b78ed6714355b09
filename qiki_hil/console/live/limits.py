"""What holds nozzles and loads back, in words."""

from qiki_hil.console.live.state import LiveState
from qiki_hil.kernels import CLUSTER_LIMITS, POWER_FAULTS, POWER_LOADS, RCS_LIMITS, named_bits

PEAK = "PDU_PEAK_DENIED"
"""The peak is always shared with the other loads: a matter of course."""


def cluster_words(state: LiveState, cluster: int) -> list[str]:
    """What holds a cluster back."""
    return named_bits(state.cluster_limits[cluster], CLUSTER_LIMITS)


def limit_words(state: LiveState) -> list[str]:
    """Everything that holds back beyond what is a matter of course, one phrase each."""
    words = []
    limits = [word for word in named_bits(state.rcs_power_limits, RCS_LIMITS) if word != PEAK]
    if limits:
        words.append(f"nozzles {state.rcs_power_max_w / 1e3:.1f} kW {' '.join(limits)}")
    if state.working_mass_low:
        words.append("WORKING_MASS_LOW")
    for cluster in range(len(state.cluster_limits)):
        held = [word for word in cluster_words(state, cluster) if word != "COOLDOWN"]
        if held:
            words.append(f"C{cluster} {' '.join(held)}")
    for verb, bits in (("shed", state.loads_shed), ("throttled", state.loads_throttled)):
        loads = named_bits(bits, POWER_LOADS)
        if loads:
            words.append(f"{verb} {' '.join(loads)}")
    return words + named_bits(state.power_faults, POWER_FAULTS)
