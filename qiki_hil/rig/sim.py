"""The simulated rig: the plant in this process, in lockstep."""

from qiki_hil.errors import RigError
from qiki_hil.kernels import VALVE_FAULTS, Feedback, PlantCore, Truth, ValveCommand
from qiki_hil.rig.base import Fault, InitialState, Rig, not_open
from qiki_hil.spec import BotSpec

CLOSING_MAX_S = 0.1
"""Longer than any valve takes to follow its command."""


def make_plant(craft_json: str, period_s: float, seed: int, initial: InitialState) -> PlantCore:
    """A plant at its initial state; `craft_json` is `BotSpec.core_json()`.

    Raises RigError where the description or a number of the initial state is unusable.
    """
    try:
        return PlantCore(
            craft_json,
            period_s,
            seed,
            initial.position_m_world,
            initial.velocity_mps_world,
            initial.attitude_xyzw,
            initial.rates_rps_body,
        )
    except (ValueError, OverflowError) as error:
        raise RigError(f"simulated craft: {error}") from error


def set_valve_fault(plant: PlantCore, fault: Fault) -> None:
    """Begins or ends a fault of a valve."""
    plant.set_valve_fault(fault.target, fault.kind, fault.active)


def close_valves(plant: PlantCore, period_s: float) -> None:
    """Lives through the ticks that open valves take to follow a closing command; a valve that is
    stuck open stays so."""
    for _ in range(round(CLOSING_MAX_S / period_s)):
        if not any(plant.valve_open):
            break
        plant.command(ValveCommand())


class SimRig(Rig):
    """The plant behind the rig interface; any number of these run side by side."""

    lockstep = True

    def __init__(self, spec: BotSpec, *, seed: int, initial: InitialState, name: str = "sim"):
        self.name = name
        self._craft_json = spec.core_json()
        self._seed = seed
        self._initial = initial
        self._plant: PlantCore | None = None
        self._period_s = 0.0

    @property
    def plant(self) -> PlantCore:
        """The simulated craft, from `open` on."""
        if self._plant is None:
            raise not_open(self.name)
        return self._plant

    def open(self, period_s: float) -> None:
        """Puts a new plant at its initial state."""
        self._period_s = period_s
        self._plant = make_plant(self._craft_json, period_s, self._seed, self._initial)

    def read(self, feedback: Feedback) -> None:
        """See `Rig.read`."""
        if self._plant is None:
            raise not_open(self.name)
        self._plant.sense(feedback)

    def write(self, command: ValveCommand) -> None:
        """See `Rig.write`."""
        if self._plant is None:
            raise not_open(self.name)
        self._plant.command(command)

    def close(self) -> None:
        """Closes the valves, which takes some ticks where any is open."""
        if self._plant is not None:
            close_valves(self._plant, self._period_s)

    def truth(self, truth: Truth) -> bool:
        """See `Rig.truth`."""
        self.plant.truth(truth)
        return True

    def inject(self, fault: Fault) -> None:
        """Valves can get stuck here."""
        fault.check_kind(VALVE_FAULTS, self.name)
        set_valve_fault(self.plant, fault)

    @property
    def counters(self) -> dict[str, int]:
        """Ticks that the plant has moved."""
        return {"ticks": 0 if self._plant is None else self._plant.tick}
