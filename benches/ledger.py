"""What was measured, what it was measured against, and whether that is within the budget."""

import json
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

BUDGETS = Path(__file__).with_name("budgets.toml")
HEADER = ("what", "ours", "peer", "ratio", "budget", "verdict")


@dataclass(frozen=True)
class Budget:
    """A bound on a measured value, on one side."""

    name: str
    bound: float
    at_least: bool
    unit: str

    @classmethod
    def load(cls, name: str) -> "Budget":
        """The budget of that name in `budgets.toml`. Raises KeyError where there is none."""
        entry = tomllib.loads(BUDGETS.read_text())[name]
        at_least = "at_least" in entry
        bound = entry["at_least"] if at_least else entry["at_most"]
        return cls(name, float(bound), at_least, entry.get("unit", ""))

    def met_by(self, value: float) -> bool:
        """Whether the value keeps the bound; NaN keeps none."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g} {self.unit}".rstrip()


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    ours: str
    peer: str
    value: float | None
    budget: str
    verdict: str
    facts: dict[str, Any] = field(default_factory=dict)

    def cells(self) -> tuple[str, ...]:
        """As text, in the order of `HEADER`."""
        value = "-" if self.value is None else f"{self.value:.3g}"
        return self.what, self.ours, self.peer, value, self.budget, self.verdict


class Ledger:
    """All rows of one session."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def judge(
        self, budget: str, what: str, ours: str, peer: str, value: float, **facts: Any
    ) -> None:
        """Enters a row and fails the bench where its budget is not kept."""
        bound = Budget.load(budget)
        met = bound.met_by(value)
        self.rows.append(Row(what, ours, peer, value, str(bound), "ok" if met else "OVER", facts))
        assert met, f"{what}: {value:.4g}, budget {bound} ({ours}; peer: {peer})"

    def note(
        self, what: str, ours: str, peer: str = "-", value: float | None = None, **facts: Any
    ) -> None:
        """Enters a row that nothing hangs on."""
        self.rows.append(Row(what, ours, peer, value, "-", "noted", facts))

    def skip(self, what: str, reason: str) -> None:
        """Enters what could not be measured, and why."""
        self.rows.append(Row(what, "-", reason, None, "-", "skipped"))

    def table(self) -> list[str]:
        """The rows as lines of text, in columns."""
        lines = [HEADER, *(row.cells() for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
        return [
            "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]

    def write(self, path: Path, machine: dict[str, Any]) -> None:
        """Writes machine and rows as JSON."""
        data = {"machine": machine, "rows": [asdict(row) for row in self.rows]}
        path.write_text(json.dumps(data, indent=2) + "\n")
