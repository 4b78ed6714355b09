"""Sets of few things, which the core keeps as bits."""

from collections.abc import Sequence


def named_bits(bits: int, names: Sequence[str]) -> list[str]:
    """Names of the bits that are set, in their order; `bit<i>` where there is no name for it."""
    set_bits = [i for i in range(bits.bit_length()) if bits >> i & 1]
    return [names[i] if i < len(names) else f"bit{i}" for i in set_bits]
