"""What became of mutants, whichever tool made them."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORK = ROOT / "build/mutants"


@dataclass
class Outcome:
    """Names of mutants, each as `file: name`."""

    tried: set[str] = field(default_factory=set)
    survived: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    """Every mutant there is, tried or not."""

    def joined(self, other: "Outcome") -> "Outcome":
        """Both."""
        return Outcome(
            self.tried | other.tried, self.survived | other.survived, self.known | other.known
        )


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
