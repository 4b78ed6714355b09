"""The live view of a run: the screen, the command line under it, plain lines, the summary."""

from qiki_hil.console.live.command_line import CommandLine
from qiki_hil.console.live.frame import Prompt
from qiki_hil.console.live.state import ColumnFeed, EventLine, LiveState
from qiki_hil.console.live.summary_view import summary_lines, summary_view
from qiki_hil.console.live.view import LiveView, PlainView, View

__all__ = [
    "ColumnFeed",
    "CommandLine",
    "EventLine",
    "LiveState",
    "LiveView",
    "PlainView",
    "Prompt",
    "View",
    "summary_lines",
    "summary_view",
]
