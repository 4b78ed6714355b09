"""What a kernel needs of a BotSpec, so that kernels need not know the specification itself."""

from typing import Protocol


class CraftSource(Protocol):
    """Anything that can describe a craft to the core; `qiki_hil.BotSpec` does."""

    def core_json(self) -> str:
        """The craft as the JSON object that the core reads."""
