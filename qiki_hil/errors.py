"""Errors a user can meet. Each says what was wrong, where, and what would be right.

`QikiError` and its children mean that something asked for cannot be done as asked: the command
line prints the message and ends with exit code 2. What goes wrong in a running loop is a value,
not an exception.
"""


class QikiError(Exception):
    """The root of every error this package raises on purpose."""


class SpecError(QikiError):
    """A BotSpec is broken. `problems` holds every one found, each with its path."""

    def __init__(self, source: str, problems: list[str]) -> None:
        self.source = source
        self.problems = problems
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"{source}: {len(problems)} problem(s)\n{lines}")


class RigError(QikiError):
    """A rig is not there, is described wrongly, or does not answer."""


class CommandError(QikiError):
    """A command text or a thrust profile is broken."""


class ScenarioError(QikiError):
    """A scenario is broken."""


class StoreError(QikiError):
    """A run directory or its event store cannot be written or read."""


class BrokerError(QikiError):
    """The NATS server cannot be started or reached."""
