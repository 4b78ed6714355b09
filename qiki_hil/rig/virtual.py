"""The craft behind python-can's virtual bus, in one process and in lockstep.

Every byte takes the way it takes on hardware (encode, counter, CRC, bus, check, decode), yet time
moves only with `write`: the same seed gives the same run, as fast as the machine goes.
"""

from itertools import count
from os import getpid

from qiki_hil.drivers.canbus import CanBus
from qiki_hil.kernels import PlantCore, Truth, ValveCommand
from qiki_hil.rig.base import Fault, InitialState, not_open
from qiki_hil.rig.can import CanRig
from qiki_hil.rig.emulator.nodes import NodeSet
from qiki_hil.rig.sim import make_plant
from qiki_hil.spec import BotSpec

_numbers = count()


class VirtualRig(CanRig):
    """Emulated nodes on a virtual bus of their own."""

    lockstep = True

    def __init__(
        self,
        name: str,
        spec: BotSpec,
        *,
        seed: int,
        initial: InitialState,
        bitrate: int,
        max_load_ratio: float,
    ) -> None:
        # Channels are shared by name within a process.
        self._channel = f"qiki-{getpid()}-{next(_numbers)}"
        super().__init__(
            name,
            self._join_bus,
            bitrate=bitrate,
            max_load_ratio=max_load_ratio,
            node_names=spec.thermal.node_names,
        )
        self._craft_json = spec.core_json()
        self._seed = seed
        self._initial = initial
        self._nodes: NodeSet | None = None
        self._node_bus: CanBus | None = None

    @property
    def plant(self) -> PlantCore:
        """The simulated craft, from `open` on."""
        return self.nodes.plant

    @property
    def nodes(self) -> NodeSet:
        """The emulated nodes, from `open` on."""
        if self._nodes is None:
            raise not_open(self.name)
        return self._nodes

    def open(self, period_s: float) -> None:
        """Starts new nodes around a new plant and joins their bus."""
        plant = make_plant(self._craft_json, period_s, self._seed, self._initial)
        super().open(period_s)
        self._nodes = NodeSet(self._catalogue, plant, period_s)
        self._node_bus = self._join_bus()
        self._node_bus.send(self._nodes.report())

    def write(self, command: ValveCommand) -> None:
        """Sends the command and lets the nodes live through the tick."""
        super().write(command)
        self._exchange()

    def close(self) -> None:
        """Says DISARMED, lets the nodes act on it, and leaves the bus."""
        super().close()
        if self._nodes is None or self._node_bus is None:
            return
        self._nodes.shut_down(self._node_bus.drain())
        self._node_bus.close()
        self._node_bus = None

    def truth(self, truth: Truth) -> bool:
        """See `Rig.truth`."""
        self.plant.truth(truth)
        return True

    def inject(self, fault: Fault) -> None:
        """Valves can get stuck here."""
        self.nodes.inject(fault)

    def _exchange(self) -> None:
        if self._nodes is not None and self._node_bus is not None:
            self._node_bus.send(self._nodes.step(self._node_bus.drain()))

    def _join_bus(self) -> CanBus:
        return CanBus.open("virtual", self._channel, bitrate=self._bitrate)
