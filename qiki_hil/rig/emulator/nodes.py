"""The node set of the craft around a plant: frames in, frames out, one call a tick."""

from collections.abc import Iterable
from itertools import chain

from qiki_hil.kernels import (
    NOZZLES,
    NOZZLES_PER_CLUSTER,
    VALVE_FAULTS,
    Feedback,
    PlantCore,
    ValveCommand,
)
from qiki_hil.rig.base import Fault
from qiki_hil.rig.emulator.valve_node import ARMING_CYCLES, ValveNode
from qiki_hil.rig.feedback_frames import COMMAND_FRAMES, reports
from qiki_hil.rig.power_frames import PowerReporter
from qiki_hil.rig.schedule import is_due, loop_rate_hz, period_us
from qiki_hil.rig.sim import close_valves, set_valve_fault
from qiki_hil.wire import Catalogue, CheckedFrame, E2eChecker, E2eProtector, RawFrame


class NodeSet:
    """Four valve nodes, the navigation node and the power node, around one plant.

    What the sensors report and when is the plant's alone, so that a craft behind a bus and a
    craft in process report the same in the same tick.
    """

    def __init__(self, catalogue: Catalogue, plant: PlantCore, period_s: float) -> None:
        self.plant = plant
        self._catalogue = catalogue
        self._checker = E2eChecker(catalogue)
        self._protector = E2eProtector(catalogue)
        self._feedback = Feedback()
        self._detail = PowerReporter(catalogue, loop_rate_hz(period_s), list(plant.temperatures_c))
        self._period_s = period_s
        self._rate_hz = loop_rate_hz(period_s)
        self._armed_word = catalogue["ARMING"].signals["arm_word"].number("ARMED")
        arming_s = ARMING_CYCLES * catalogue["ARMING"].cycle_time_ms * 1e-3
        arming_ticks = max(1, round(arming_s / period_s))
        self.valve_nodes = tuple(
            ValveNode(
                period_us(period_s),
                arming_ticks,
                plant.throttleable[first : first + NOZZLES_PER_CLUSTER],
            )
            for first in range(0, NOZZLES, NOZZLES_PER_CLUSTER)
        )
        self._cluster_of = {name: c for c, name in enumerate(COMMAND_FRAMES)}
        self._heartbeats = [
            name
            for name, frame in catalogue.frames.items()
            if name.startswith("HEARTBEAT_") and frame.sender != "CONTROLLER"
        ]
        self._heartbeat_hz = 1000.0 / catalogue["HEARTBEAT_CONTROLLER"].cycle_time_ms

    @property
    def counters(self) -> dict[str, int]:
        """Ticks lived through, and the frames taken and dropped."""
        return {"ticks": self.plant.tick} | self._checker.counters

    def step(self, frames: Iterable[RawFrame]) -> list[RawFrame]:
        """Takes the frames of a tick, moves the plant through it, and reports."""
        for raw in frames:
            received = self._checker.check(raw)
            if received is not None:
                self._take(received)
        on_time_us = list(chain.from_iterable(node.tick() for node in self.valve_nodes))
        armed = any(node.armed for node in self.valve_nodes)
        self.plant.command(ValveCommand(armed, on_time_us))
        return self.report()

    def report(self) -> list[RawFrame]:
        """What the nodes send at the present tick."""
        self.plant.sense(self._feedback)
        states = [node.state for node in self.valve_nodes]
        sent = chain(
            reports(self._feedback, states), self._detail.reports(self.plant.tick, self._feedback)
        )
        frames = [self._protector.protect(*report) for report in sent]
        if is_due(self.plant.tick, self._heartbeat_hz, self._rate_hz):
            frames += [self._heartbeat(name) for name in self._heartbeats]
        return frames

    def shut_down(self, frames: Iterable[RawFrame]) -> None:
        """Takes the last frames, disarms, and lets the valves close."""
        self.step(frames)
        for node in self.valve_nodes:
            node.disarm(period_us(self._period_s))
        close_valves(self.plant, self._period_s)

    def inject(self, fault: Fault) -> None:
        """Valves can get stuck here. Raises RigError for any other fault."""
        fault.check_kind(VALVE_FAULTS, "emulator")
        set_valve_fault(self.plant, fault)

    def _take(self, received: CheckedFrame) -> None:
        name, values = received.frame.name, received.values
        cluster = self._cluster_of.get(name)
        if cluster is not None:
            self.valve_nodes[cluster].command(
                (
                    int(values["on_time_n0"]),
                    int(values["on_time_n1"]),
                    int(values["on_time_n2"]),
                    int(values["on_time_n3"]),
                )
            )
        elif name == "ARMING":
            for node in self.valve_nodes:
                follow = node.arm if values["arm_word"] == self._armed_word else node.disarm
                follow(int(values["period"]))

    def _heartbeat(self, name: str) -> RawFrame:
        signals = self._catalogue[name].signals
        running = signals["node_state"].number("RUNNING")
        states = {f"HEARTBEAT_C{c + 1}": int(node.state) for c, node in enumerate(self.valve_nodes)}
        return self._protector.protect(
            name,
            {
                "uptime": self.plant.tick * self._period_s // 1,
                "node_state": states.get(name, running),
                "mode": signals["mode"].number("OPERATIONAL"),
            },
        )
