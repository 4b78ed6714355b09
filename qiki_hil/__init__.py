"""Hardware-in-the-loop controller for a space bot with 16 RCS thrusters.

>>> from qiki_hil import BotSpec, Controller, Plant
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qiki_hil.kernels import (
        Allocator,
        Controller,
        Modulator,
        OwnPose,
        Plant,
        RadarModel,
        Tracker,
        __version__,
    )
    from qiki_hil.spec import BotSpec

__all__ = [
    "Allocator",
    "BotSpec",
    "Controller",
    "Modulator",
    "OwnPose",
    "Plant",
    "RadarModel",
    "Tracker",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first used: the command line must answer Ctrl-C before
    numpy and the core are loaded."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "qiki_hil.spec" if name == "BotSpec" else "qiki_hil.kernels"
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(globals().keys() | set(__all__))
