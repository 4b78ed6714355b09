"""Sets of few things, which the core keeps as bits."""

from collections.abc import Sequence

from qiki_hil._core import NOZZLES


def named_bits(bits: int, names: Sequence[str]) -> list[str]:
    """Names of the bits that are set, in their order; `bit<i>` where there is no name for it."""
    set_bits = [i for i in range(bits.bit_length()) if bits >> i & 1]
    return [names[i] if i < len(names) else f"bit{i}" for i in set_bits]


def nozzles_in(bits: int) -> tuple[int, ...]:
    """The nozzles of a set, in order: bit n is nozzle n."""
    return tuple(nozzle for nozzle in range(NOZZLES) if bits >> nozzle & 1)
