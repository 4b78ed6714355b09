"""What an emulator process is told before it begins."""

import json
from dataclasses import asdict, dataclass

from qiki_hil.rig.base import InitialState


@dataclass(frozen=True, slots=True)
class Setup:
    """What to emulate."""

    craft_json: str
    period_s: float
    seed: int
    initial: InitialState

    def to_line(self) -> bytes:
        """One line of JSON."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Setup":
        """Reads what `to_line` wrote."""
        data = json.loads(line)
        return cls(**(data | {"initial": InitialState(**data["initial"])}))
