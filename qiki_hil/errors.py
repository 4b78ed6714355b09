"""Errors a user can meet. Each says what was wrong, where, and what would be right.

`QikiError` and its children mean that something asked for cannot be done as asked: the command
line prints the message and ends with exit code 2. What goes wrong in a running loop is a value,
not an exception.
"""

EXIT_INTERRUPTED = 130
"""Exit code of whatever was ended by Ctrl-C or another request to stop, as shells have it."""


class QikiError(Exception):
    """The root of every error this package raises on purpose."""


class StoppedError(QikiError):
    """A stop was requested before there was anything to keep. The command line ends with exit
    code 130."""


class DocumentError(QikiError):
    """A file that people write is broken. `problems` holds every one found, each with its path
    and line."""

    kind = ""
    """What the file is, before its name in the message."""

    def __init__(self, source: str, problems: list[str]) -> None:
        self.source = source
        self.problems = problems
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"{self.kind} {source}: {len(problems)} problem(s)\n{lines}".lstrip())


class SpecError(QikiError):
    """A BotSpec is not there or is broken."""


class SpecFileError(SpecError, DocumentError):
    """A BotSpec file is broken."""


class RigError(QikiError):
    """A rig is not there, is described wrongly, or does not answer."""


class RigFileError(RigError, DocumentError):
    """A rig file is broken."""


class CommandError(QikiError):
    """A command text or a thrust profile is broken."""


class ProfileFileError(CommandError, DocumentError):
    """A thrust profile's file is broken."""

    kind = "thrust profile"


class ScenarioError(QikiError):
    """A scenario is not there or is broken."""


class ScenarioFileError(ScenarioError, DocumentError):
    """A scenario file is broken."""

    kind = "scenario"


class CampaignError(QikiError):
    """A campaign is not there or is broken."""


class CampaignFileError(CampaignError, DocumentError):
    """A campaign file is broken."""

    kind = "campaign"


class StoreError(QikiError):
    """A run directory or its event store cannot be written or read."""


class BrokerError(QikiError):
    """The NATS server cannot be started or reached."""
