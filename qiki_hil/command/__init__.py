"""The command grammar: one line of text to one command message, and back.

    grammar    the whole language, `COMMAND_HELP`, and its parser
    segments   the segments of a thrust profile in a line
    profile    thrust profiles: shipped, in a YAML file, written out
    tokens     the parts of a line with their columns, and the quantities they stand for
    format     commands back to text

Everything that takes a command from people uses it: terminal, command line, scenarios. A text that
cannot be read is a `CommandError`, whoever wrote it.
"""

from qiki_hil.command.format import format_command
from qiki_hil.command.grammar import COMMAND_HELP, CommandHelp, parse_command, unconfirmed
from qiki_hil.command.profile import load_profile, shipped_profiles
from qiki_hil.command.tokens import CommandTextError
from qiki_hil.errors import CommandError

__all__ = [
    "COMMAND_HELP",
    "CommandError",
    "CommandHelp",
    "CommandTextError",
    "format_command",
    "load_profile",
    "parse_command",
    "shipped_profiles",
    "unconfirmed",
]
