"""What every rig is: four verbs, a clock that may be simulated, and faults on request."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from qiki_hil.errors import RigError
from qiki_hil.kernels import CLUSTERS, NOZZLES, Feedback, Truth, ValveCommand

VALVE_FAULTS = (
    "stuck_closed",
    "stuck_open",
    "stuck_closed_unseen",
    "stuck_open_unseen",
    "sensor_closed",
    "sensor_open",
)
SENSORS = ("rates", "attitude", "position", "velocity", "all")


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault put into a rig on purpose, or its end (`active=False`).

    | kind | target | sensor |
    |---|---|---|
    | `stuck_closed`, `stuck_open` | nozzle 0..15 | |
    | `stuck_closed_unseen`, `stuck_open_unseen` | nozzle 0..15 | |
    | `sensor_closed`, `sensor_open` | nozzle 0..15 | |
    | `nav_dropout` | | `rates`, `attitude`, `position`, `velocity`, `all` |
    | `node_silent` | cluster 0..3 | |
    | `lost_frames` | percent of the reports lost, 1..100 | |
    """

    kind: str
    target: int = 0
    sensor: str = ""
    active: bool = True

    def check(self) -> None:
        """Raises RigError where the fault cannot be, whatever the rig."""
        if self.kind in VALVE_FAULTS:
            self._check_target("nozzle", range(NOZZLES))
        elif self.kind == "node_silent":
            self._check_target("cluster", range(CLUSTERS))
        elif self.kind == "lost_frames":
            self._check_target("percent", range(1, 101))
        elif self.kind == "nav_dropout":
            if self.sensor not in SENSORS:
                raise RigError(
                    f"fault nav_dropout: sensor {self.sensor!r}; one of {', '.join(SENSORS)} needed"
                )
        else:
            raise RigError(f"fault {self.kind!r} is not known; known: {', '.join(FAULT_KINDS)}")

    def check_kind(self, kinds: tuple[str, ...], where: str) -> None:
        """Raises RigError where the fault cannot be, or is none of `kinds`."""
        self.check()
        if self.kind not in kinds:
            known = f"it takes {', '.join(kinds)}" if kinds else "it takes none"
            raise RigError(f"rig {where}: fault {self.kind} cannot be put into it; {known}")

    def _check_target(self, what: str, allowed: range) -> None:
        if self.target not in allowed:
            raise RigError(
                f"fault {self.kind}: {what} {self.target}; "
                f"{allowed.start}..{allowed.stop - 1} allowed"
            )


FAULT_KINDS = (*VALVE_FAULTS, "nav_dropout", "node_silent", "lost_frames")


@dataclass(frozen=True, slots=True)
class InitialState:
    """Where a simulated craft starts: at rest at the origin of the world unless told otherwise."""

    position_m_world: tuple[float, float, float] = (0.0, 0.0, 0.0)
    velocity_mps_world: tuple[float, float, float] = (0.0, 0.0, 0.0)
    attitude_xyzw: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    rates_rps_body: tuple[float, float, float] = (0.0, 0.0, 0.0)


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
