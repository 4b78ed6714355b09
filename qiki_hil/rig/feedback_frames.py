"""Feedback as frames, and back: which value of a `Feedback` travels in which frame.

Frames are named here, never numbered: identifiers, bits and scales are the DBC's alone.
"""

from collections.abc import Callable, Iterator, Sequence
from math import isnan

from qiki_hil.kernels import (
    CLUSTERS,
    FRESH_ATTITUDE,
    FRESH_POSITION,
    FRESH_POWER,
    FRESH_RATES,
    FRESH_THERMAL,
    FRESH_VALVES_0,
    FRESH_VELOCITY,
    NOZZLES_PER_CLUSTER,
    Feedback,
)
from qiki_hil.rig.power_frames import BUS_NODES, PowerDecoder
from qiki_hil.wire import Values, from_smallest_three, smallest_three

CLUSTER_MASK = (1 << NOZZLES_PER_CLUSTER) - 1
SMALLEST_THREE_MAX = 0.7502
"""Sum of the squares of the smallest three at most: the fourth is no smaller than any, so its
square is a quarter or more. The rest is what rounding adds."""

STATUS_FRAMES = tuple(f"VALVE_STATUS_C{c + 1}" for c in range(CLUSTERS))
COMMAND_FRAMES = tuple(f"VALVE_COMMAND_C{c + 1}" for c in range(CLUSTERS))


def reports(feedback: Feedback, node_state: Sequence[int]) -> Iterator[tuple[str, Values]]:
    """Name and values of every frame that carries the fresh parts of `feedback`.

    `node_state` is (4,), what each valve node says of itself.
    """
    fresh = feedback.fresh
    if fresh >= FRESH_VALVES_0:
        yield from _valve_reports(feedback, node_state)
    if fresh & FRESH_RATES:
        yield "NAV_RATES", _axes("rate", feedback.rates_rps_body)
    if fresh & FRESH_ATTITUDE:
        yield "NAV_ATTITUDE", _attitude(feedback.attitude_xyzw)
    if fresh & FRESH_POSITION:
        yield "NAV_POSITION", _axes("position", feedback.position_m_world)
    if fresh & FRESH_VELOCITY:
        yield "NAV_VELOCITY", _axes("velocity", feedback.velocity_mps_world)
    if fresh & FRESH_POWER:
        yield from _power_frames(feedback)
    if fresh & FRESH_THERMAL:
        temps = feedback.cluster_temp_c
        yield "THERMAL", {f"cluster_temp_c{c + 1}": temps[c] for c in range(CLUSTERS)}


def command_values(on_time_us: Sequence[int]) -> Values:
    """Values of a valve command frame; (4,) µs."""
    n0, n1, n2, n3 = on_time_us
    return {"on_time_n0": n0, "on_time_n1": n1, "on_time_n2": n2, "on_time_n3": n3}


class FeedbackDecoder:
    """Puts the values of received frames into a `Feedback`.

    `counters`: `not_available` (a node said that it has no value), `implausible` (three parts of
    an attitude that leave nothing for the fourth), `node_restarts` (an uptime went back).

    Propellant and power are two frames and one fact: the power report counts as arrived with its
    own frame, with the propellant last heard.
    """

    def __init__(self, node_names: Sequence[str] = BUS_NODES) -> None:
        """`node_names` are the craft's thermal nodes, in its order."""
        self._power_detail = PowerDecoder(node_names)
        self.counters: dict[str, int] = {
            "not_available": 0,
            "implausible": 0,
            "node_restarts": 0,
        }
        self._propellant_kg: float | None = None
        self._uptime_s: dict[str, float] = {}
        self._decoders: dict[str, Callable[[Feedback, Values], None]] = {
            "NAV_RATES": self._rates,
            "NAV_ATTITUDE": self._attitude,
            "NAV_POSITION": self._position,
            "NAV_VELOCITY": self._velocity,
            "POWER": self._power,
            "PROPELLANT": self._propellant,
            "THERMAL": self._thermal,
        }
        self._cluster_of = {name: cluster for cluster, name in enumerate(STATUS_FRAMES)}

    def decode(self, name: str, values: Values, feedback: Feedback) -> None:
        """Takes in one frame; frames that carry no feedback change nothing."""
        cluster = self._cluster_of.get(name)
        if cluster is not None:
            _fill_valves(cluster, values, feedback)
        elif name in self._decoders:
            self._decoders[name](feedback, values)
        elif self._power_detail.decode(name, values, feedback):
            pass
        elif name.startswith("HEARTBEAT_"):
            self._heartbeat(name, values["uptime"])

    def _rates(self, feedback: Feedback, values: Values) -> None:
        self._vector(feedback.set_rates, "rate", values)

    def _attitude(self, feedback: Feedback, values: Values) -> None:
        a, b, c = values["small_a"], values["small_b"], values["small_c"]
        if a * a + b * b + c * c > SMALLEST_THREE_MAX:
            self.counters["implausible"] += 1
        else:
            feedback.set_attitude(*from_smallest_three(int(values["largest"]), a, b, c))

    def _position(self, feedback: Feedback, values: Values) -> None:
        self._vector(feedback.set_position, "position", values)

    def _velocity(self, feedback: Feedback, values: Values) -> None:
        self._vector(feedback.set_velocity, "velocity", values)

    def _vector(
        self, put: Callable[[float, float, float], None], name: str, values: Values
    ) -> None:
        x, y, z = values[f"{name}_x"], values[f"{name}_y"], values[f"{name}_z"]
        if isnan(x + y + z):
            self.counters["not_available"] += 1
        else:
            put(x, y, z)

    def _power(self, feedback: Feedback, values: Values) -> None:
        if self._propellant_kg is None:
            self.counters["not_available"] += 1
            return
        feedback.set_power(
            values["battery_soc"],
            values["supercap_soc"],
            values["bus_voltage"],
            values["load"],
            self._propellant_kg,
        )

    def _propellant(self, feedback: Feedback, values: Values) -> None:  # noqa: ARG002
        self._propellant_kg = values["propellant"]

    def _thermal(self, feedback: Feedback, values: Values) -> None:
        c0, c1, c2, c3 = (values[f"cluster_temp_c{c + 1}"] for c in range(CLUSTERS))
        self._power_detail.note_clusters((c0, c1, c2, c3))
        if isnan(c0 + c1 + c2 + c3):
            self.counters["not_available"] += 1
        else:
            feedback.set_cluster_temps(c0, c1, c2, c3)

    def _heartbeat(self, name: str, uptime_s: float) -> None:
        if uptime_s < self._uptime_s.get(name, 0.0):
            self.counters["node_restarts"] += 1
        self._uptime_s[name] = uptime_s


def _fill_valves(cluster: int, values: Values, feedback: Feedback) -> None:
    open_time_us = (
        int(values["open_time_n0"]),
        int(values["open_time_n1"]),
        int(values["open_time_n2"]),
        int(values["open_time_n3"]),
    )
    feedback.set_valves(cluster, open_time_us, int(values["fault_bits"]), int(values["node_state"]))


def _axes(name: str, vector: tuple[float, float, float]) -> Values:
    return {f"{name}_x": vector[0], f"{name}_y": vector[1], f"{name}_z": vector[2]}


def _attitude(attitude_xyzw: tuple[float, float, float, float]) -> Values:
    largest, a, b, c = smallest_three(attitude_xyzw)
    return {"largest": largest, "small_a": a, "small_b": b, "small_c": c}


def _power_frames(feedback: Feedback) -> Iterator[tuple[str, Values]]:
    battery_soc, supercap_soc, bus_v, load_w, propellant_kg = feedback.power
    yield "PROPELLANT", {"propellant": propellant_kg}
    yield (
        "POWER",
        {
            "battery_soc": battery_soc,
            "supercap_soc": supercap_soc,
            "bus_voltage": bus_v,
            "load": load_w,
        },
    )


def _valve_reports(feedback: Feedback, node_state: Sequence[int]) -> Iterator[tuple[str, Values]]:
    fresh = feedback.fresh
    open_time_us = feedback.open_time_us
    fault = feedback.valve_fault
    for cluster, name in enumerate(STATUS_FRAMES):
        if not fresh & FRESH_VALVES_0 << cluster:
            continue
        first = cluster * NOZZLES_PER_CLUSTER
        yield (
            name,
            {
                "open_time_n0": open_time_us[first],
                "open_time_n1": open_time_us[first + 1],
                "open_time_n2": open_time_us[first + 2],
                "open_time_n3": open_time_us[first + 3],
                "fault_bits": fault >> first & CLUSTER_MASK,
                "node_state": node_state[cluster],
            },
        )
