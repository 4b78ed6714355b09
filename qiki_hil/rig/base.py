"""What every rig is: four verbs, a clock that may be simulated, and faults on request."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from qiki_hil.errors import RigError
from qiki_hil.kernels import Feedback, Truth, ValveCommand, check_fault
from qiki_hil.scenario.model import Initial


class NodeState(IntEnum):
    """What a valve node says of itself; the numbers are those of `Feedback.set_valves`."""

    SILENT = 1
    ARMED = 2
    FAILSAFE = 3
    FAULT = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault put into a rig on purpose, or its end (`active=False`).

    `kind` is one of `qiki_hil.kernels.FAULT_KINDS`, which says what it is put on: `target` is the
    number of a nozzle or a cluster, or the percent of the reports that are lost; `sensor` is one of
    `qiki_hil.kernels.FAULT_SENSORS`.
    """

    kind: str
    target: int = 0
    sensor: str = ""
    active: bool = True

    def check(self) -> None:
        """Raises RigError where the fault cannot be, whatever the rig."""
        try:
            check_fault(self.kind, self.target, self.sensor)
        except (ValueError, OverflowError) as error:
            raise RigError(str(error)) from error

    def check_kind(self, kinds: tuple[str, ...], where: str) -> None:
        """Raises RigError where the fault cannot be, or is none of `kinds`."""
        self.check()
        if self.kind not in kinds:
            known = f"it takes {', '.join(kinds)}" if kinds else "it takes none"
            raise RigError(f"rig {where}: fault {self.kind} cannot be put into it; {known}")


@dataclass(frozen=True, slots=True)
class InitialState:
    """Where a simulated craft starts: at rest at the origin of the world unless told otherwise."""

    position_m_world: tuple[float, float, float] = (0.0, 0.0, 0.0)
    velocity_mps_world: tuple[float, float, float] = (0.0, 0.0, 0.0)
    attitude_xyzw: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    rates_rps_body: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @classmethod
    def of(cls, initial: Initial) -> Self:
        """The start that a scenario describes."""
        return cls(
            position_m_world=initial.position_m_world,
            velocity_mps_world=initial.velocity_mps_world,
            attitude_xyzw=initial.attitude_xyzw,
            rates_rps_body=initial.rates_rps_body,
        )


class Rig(ABC):
    """The craft as the loop sees it, simulated or real.

    Per tick k: `read` gives what the sensors say at the start of the tick, `write` takes the
    command for it. On a lockstep rig time moves with `write` and with nothing else; on any other
    it moves by itself.
    """

    name: str
    lockstep: bool

    @abstractmethod
    def open(self, period_s: float) -> None:
        """Makes the rig ready; no valve moves. Raises RigError where it is not there or where
        it cannot keep the period."""

    @abstractmethod
    def read(self, feedback: Feedback) -> None:
        """Clears `feedback` and fills in what has arrived. Bytes never make it raise."""

    @abstractmethod
    def write(self, command: ValveCommand) -> None:
        """Gives out the command of one tick. Raises RigError only where the device is gone."""

    @abstractmethod
    def close(self) -> None:
        """Leaves the valves closed and lets go of the rig. May be called again."""

    def truth(self, truth: Truth) -> bool:  # noqa: ARG002
        """Fills in what a simulated rig knows; False where nothing is known."""
        return False

    def inject(self, fault: Fault) -> None:
        """Begins or ends a fault. Raises RigError where this rig has no such fault."""
        fault.check_kind((), self.name)

    @property
    @abstractmethod
    def counters(self) -> dict[str, int]:
        """How often what happened since `open`: frames, drops by reason, ..."""


def not_open(name: str) -> RigError:
    """What reading or writing a rig that is not open gives."""
    return RigError(f"rig {name}: not open; call open(period_s) first")
