"""Scenarios: what a run starts from, what is commanded, what fails, and what the run must show.

model          the file: initial state, commands, faults, expectations
check          checks between the keys of a file
fault_kinds    the faults that a scenario can inject
signals        the quantities that an expectation can speak of, from a run's columns
samples        signals over windows of a run
expectations   expectations and their verdicts
warnings       expectations that no run could fail, or none could meet
"""

from qiki_hil.scenario.expectations import Expectation, ExpectationResult, evaluate
from qiki_hil.scenario.model import Scenario

__all__ = [
    "Expectation",
    "ExpectationResult",
    "Scenario",
    "evaluate",
]
