"""A rig behind a CAN bus.

Silent until armed: until then only DISARMED and heartbeats go out, never a valve command. The
worst-case load of the bus is checked against the rate before the port is opened.
"""

from collections.abc import Callable, Sequence

from qiki_hil.clock import monotonic_ns
from qiki_hil.drivers.bus import Bus
from qiki_hil.errors import RigError
from qiki_hil.kernels import (
    CLUSTERS,
    FRESH_VALVES_0,
    RATE_MAX_HZ,
    RATE_MIN_HZ,
    Feedback,
    ValveCommand,
    wait_until_ns,
)
from qiki_hil.rig.base import NodeState, Rig, not_open
from qiki_hil.rig.feedback_frames import COMMAND_FRAMES, FeedbackDecoder, command_values
from qiki_hil.rig.power_frames import BUS_NODES
from qiki_hil.rig.schedule import is_due, loop_rate_hz, period_us
from qiki_hil.wire import (
    Catalogue,
    E2eChecker,
    E2eProtector,
    RawFrame,
    Values,
    bus_load,
    highest_rate_hz,
)

CLOSED: tuple[int, int, int, int] = (0, 0, 0, 0)
DEFAULT_PERIOD_S = 0.002
LISTEN_NS = 20_000_000
LISTENS = 5
"""How long nodes have to answer when the rig is opened, ns a time: 20 reports at 200 Hz in all."""


class CanRig(Rig):
    """The controller's end of the bus; `open_bus` opens it and raises RigError where it cannot."""

    lockstep = False

    def __init__(
        self,
        name: str,
        open_bus: Callable[[], Bus],
        *,
        bitrate: int,
        max_load_ratio: float,
        catalogue: Catalogue | None = None,
        node_names: Sequence[str] = BUS_NODES,
    ) -> None:
        """`node_names` are the craft's thermal nodes, in its order."""
        self.name = name
        self._node_names = node_names
        self._open_bus = open_bus
        self._bitrate = bitrate
        self._max_load_ratio = max_load_ratio
        self._catalogue = catalogue or Catalogue.shipped()
        self._bus: Bus | None = None
        self._bus_counters: dict[str, int] = {}
        self._armed = False
        self._start(DEFAULT_PERIOD_S)

    def open(self, period_s: float) -> None:
        """Checks the load, opens the bus, says DISARMED on it and hears whether the nodes run at
        the same rate."""
        self.close()
        self._check_rate(loop_rate_hz(period_s))
        self._start(period_s)
        self._bus = self._open_bus()
        try:
            self._bus.send([self._arming(False)])
            if not self.lockstep:
                self._check_nodes()
        except RigError:
            self.close()
            raise

    def read(self, feedback: Feedback) -> None:
        """Takes whatever has arrived; of two reports of one kind the later counts."""
        if self._bus is None:
            raise not_open(self.name)
        feedback.clear()
        for raw in self._bus.drain():
            received = self._checker.check(raw)
            if received is not None:
                self._decoder.decode(received.frame.name, received.values, feedback)

    def write(self, command: ValveCommand) -> None:
        """Sends what this tick needs: arming and heartbeat at their rates, valves while armed."""
        if self._bus is None:
            raise not_open(self.name)
        frames: list[RawFrame] = []
        changed = command.armed != self._armed
        self._armed = command.armed
        if changed or self._due("ARMING"):
            frames.append(self._arming(command.armed))
        if command.armed:
            frames += [self._valves(c, command.cluster_on_time_us(c)) for c in range(CLUSTERS)]
        elif changed:
            frames += self._all_closed()
        if self._due("HEARTBEAT_CONTROLLER"):
            frames.append(self._heartbeat())
        self._tick += 1
        self._bus.send(frames)

    def close(self) -> None:
        """Says DISARMED and zero to every node, and closes the bus."""
        bus, self._bus = self._bus, None
        if bus is None:
            return
        self._armed = False
        try:
            bus.send([self._arming(False), *self._all_closed()])
        except RigError:
            # A bus that is gone reaches no node; the nodes close by themselves.
            pass
        finally:
            bus.close()
            self._bus_counters = bus.counters

    @property
    def counters(self) -> dict[str, int]:
        """Frames sent and received, and what was dropped, by reason."""
        bus = self._bus_counters if self._bus is None else self._bus.counters
        return bus | self._checker.counters | self._decoder.counters

    def _start(self, period_s: float) -> None:
        self._period_s = period_s
        self._rate_hz = loop_rate_hz(period_s)
        self._tick = 0
        self._armed = False
        self._protector = E2eProtector(self._catalogue)
        self._checker = E2eChecker(self._catalogue)
        self._decoder = FeedbackDecoder(self._node_names)
        self._bus_counters = {}

    def _check_rate(self, rate_hz: float) -> None:
        if not RATE_MIN_HZ <= rate_hz <= RATE_MAX_HZ:
            raise RigError(
                f"rig {self.name}: rate {rate_hz:g} Hz; {RATE_MIN_HZ}..{RATE_MAX_HZ} allowed"
            )
        ratio = bus_load(self._catalogue, rate_hz, self._bitrate).ratio
        if ratio <= self._max_load_ratio:
            return
        best_hz = highest_rate_hz(self._catalogue, self._bitrate, self._max_load_ratio)
        cure = (
            f"no rate from {RATE_MIN_HZ} Hz up fits; use a faster bus"
            if best_hz is None
            else f"the highest rate that fits is {best_hz} Hz; beyond it use CAN FD"
        )
        raise RigError(
            f"rig {self.name}: {rate_hz:g} Hz loads a bus of {self._bitrate} bit/s to "
            f"{ratio:.1%}, {self._max_load_ratio:.0%} allowed: {cure}"
        )

    def _check_nodes(self) -> None:
        """A node says FAULT to another period than its own. Nodes that are not heard, or say so
        only when they are armed, are the controller's affair."""
        feedback, states = Feedback(), dict[int, int]()
        for _ in range(LISTENS):
            wait_until_ns(monotonic_ns() + LISTEN_NS)
            self.read(feedback)
            for cluster in range(CLUSTERS):
                if feedback.fresh & FRESH_VALVES_0 << cluster:
                    states[cluster] = feedback.node_state[cluster]
        if states and all(state == NodeState.FAULT for state in states.values()):
            names = ", ".join(f"C{cluster + 1}" for cluster in sorted(states))
            raise RigError(
                f"rig {self.name}: valve node(s) {names} say FAULT to a loop of "
                f"{self._rate_hz:g} Hz: they run at another rate; give them and the loop the same"
            )

    def _due(self, name: str) -> bool:
        cycle_ms = self._catalogue[name].cycle_time_ms
        return is_due(self._tick, 1000.0 / cycle_ms, self._rate_hz)

    def _arming(self, armed: bool) -> RawFrame:
        word = (
            self._catalogue["ARMING"].signals["arm_word"].number("ARMED" if armed else "DISARMED")
        )
        return self._protector.protect(
            "ARMING", {"arm_word": word, "period": period_us(self._period_s)}
        )

    def _heartbeat(self) -> RawFrame:
        signals = self._catalogue["HEARTBEAT_CONTROLLER"].signals
        values: Values = {
            "uptime": self._tick * self._period_s // 1,
            "node_state": signals["node_state"].number("ARMED" if self._armed else "SILENT"),
            "mode": signals["mode"].number("OPERATIONAL"),
        }
        return self._protector.protect("HEARTBEAT_CONTROLLER", values)

    def _valves(self, cluster: int, on_time_us: tuple[int, int, int, int]) -> RawFrame:
        return self._protector.protect(COMMAND_FRAMES[cluster], command_values(on_time_us))

    def _all_closed(self) -> list[RawFrame]:
        return [self._valves(cluster, CLOSED) for cluster in range(CLUSTERS)]
