"""The face of the Rust core: everything else in the package gets it from here.

`Plant` and `Controller` are the faces for people; the `...Core` classes, `Feedback` and
`ValveCommand` are what the loop and the rigs use every tick.
"""

from qiki_hil._core import (
    CLUSTERS,
    FRESH_ACCELERATION,
    FRESH_ATTITUDE,
    FRESH_POSITION,
    FRESH_POWER,
    FRESH_RATES,
    FRESH_THERMAL,
    FRESH_VELOCITY,
    NOZZLES,
    ControllerCore,
    CycleScanner,
    Feedback,
    PlantCore,
    ReplayCore,
    Truth,
    ValveCommand,
    __version__,
    bench_controller_step,
    crc8_j1850,
    decode_cycles,
    lock_memory,
    sharpen_timers,
    wait_until_ns,
)
from qiki_hil.kernels.controller import Controller
from qiki_hil.kernels.plant import Plant, PlantState

__all__ = [
    "CLUSTERS",
    "FRESH_ACCELERATION",
    "FRESH_ATTITUDE",
    "FRESH_POSITION",
    "FRESH_POWER",
    "FRESH_RATES",
    "FRESH_THERMAL",
    "FRESH_VELOCITY",
    "NOZZLES",
    "Controller",
    "ControllerCore",
    "CycleScanner",
    "Feedback",
    "Plant",
    "PlantCore",
    "PlantState",
    "ReplayCore",
    "Truth",
    "ValveCommand",
    "__version__",
    "bench_controller_step",
    "crc8_j1850",
    "decode_cycles",
    "lock_memory",
    "sharpen_timers",
    "wait_until_ns",
]
