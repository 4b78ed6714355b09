"""Scenarios and the command grammar: what an operator asks for, and what a run must show."""

from qiki_hil.control.scenario.expect import Expectation, ExpectationResult, evaluate
from qiki_hil.control.scenario.format import format_command
from qiki_hil.control.scenario.grammar import COMMAND_HELP, CommandHelp, parse_command, unconfirmed
from qiki_hil.control.scenario.model import Scenario, ScenarioFileError
from qiki_hil.control.scenario.profile import load_profile, shipped_profiles
from qiki_hil.control.scenario.words import CommandError

__all__ = [
    "COMMAND_HELP",
    "CommandError",
    "CommandHelp",
    "Expectation",
    "ExpectationResult",
    "Scenario",
    "ScenarioFileError",
    "evaluate",
    "format_command",
    "load_profile",
    "parse_command",
    "shipped_profiles",
    "unconfirmed",
]
