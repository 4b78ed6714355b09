"""Hardware-in-the-loop controller for a space bot with 16 RCS thrusters.

>>> from qiki_hil import BotSpec, Controller, Plant
"""

from qiki_hil.kernels import Allocator, Controller, Modulator, Plant, __version__
from qiki_hil.spec import BotSpec

__all__ = ["Allocator", "BotSpec", "Controller", "Modulator", "Plant", "__version__"]
