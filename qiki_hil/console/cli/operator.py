"""What somebody types while a run goes on: commands for the craft, and a few words for the view."""

from typing import Protocol

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil.command import parse_command, unconfirmed
from qiki_hil.console.live.pages import HELP, QUIT, help_lines, open_page, turned
from qiki_hil.console.live.state import LiveState
from qiki_hil.errors import QikiError

CONFIRMED_QUIT = f"{QUIT} confirm"
HELP_WIDTH = 100
"""Of the help where there is no view: nobody knows how wide a log is shown."""


class Commanded(Protocol):
    """The supervisor of a run, as far as it takes orders."""

    @property
    def armed(self) -> bool:
        """Whether the controller is armed."""

    def submit(self, command: command_pb2.Command) -> int:
        """Hands a command to the loop. Raises QikiError where that is not possible."""

    def stop(self) -> None:
        """Ends the run in order."""


class Operator:
    """Takes typed lines, and keys that turn pages of the view."""

    def __init__(self, supervisor: Commanded, state: LiveState | None) -> None:
        """`state` is that of the live view; None where there is none."""
        self._supervisor = supervisor
        self._state = state

    def take(self, line: str) -> str:
        """Does what a line says; returns what there is to say about it, empty for nothing."""
        words = " ".join(line.lower().split())
        if words == HELP:
            return self._help()
        if self._state is not None:
            open_page(self._state, "live")  # what a command does is seen there
        if words in (QUIT, CONFIRMED_QUIT):
            return self._quit(words == CONFIRMED_QUIT)
        try:
            command = parse_command(line)
            complaint = unconfirmed(command)
            if not complaint:
                self._supervisor.submit(command)
        except QikiError as error:
            return str(error)
        return complaint

    def turn(self, keys: int) -> None:
        """PageUp is -1, PageDown 1."""
        if self._state is not None:
            turned(self._state, keys)

    def _help(self) -> str:
        if self._state is None:
            return "\n".join(help_lines(HELP_WIDTH))
        open_page(self._state, "live" if self._state.page == "help" else "help")
        return ""

    def _quit(self, confirmed: bool) -> str:
        if self._supervisor.armed and not confirmed:
            return (
                "the craft is armed: the end of the run closes its valves, and it drifts on. To go"
                f" ahead, say {CONFIRMED_QUIT}"
            )
        self._supervisor.stop()
        return ""
