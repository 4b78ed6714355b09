"""BotSpec: what the craft is, in one validated file.

The schema stands in `body`, `planes`, `equipment` and `control`; `checks` holds what a schema
cannot see, `geometry` and `authority` do the arithmetic. Nothing here
opens a port, reads a clock or starts a thread.
"""

from qiki_hil.spec.authority import AXES, Authority
from qiki_hil.spec.bot import BotSpec
from qiki_hil.spec.generate import Answers, generate

__all__ = ["AXES", "Answers", "Authority", "BotSpec", "generate"]
