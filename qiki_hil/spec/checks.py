"""What the schema alone cannot see: physics, references and limits across a BotSpec.

A check names the sections it needs as its parameters and yields problems. It runs when those
sections are sound, so one broken section does not hide what is wrong in the others.
"""

import inspect
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from qiki_hil.document import Path, Problem, Problems, listed
from qiki_hil.kernels import (
    CLUSTERS,
    NODES_MAX,
    NOZZLES,
    NOZZLES_PER_CLUSTER,
    ThrustMapCore,
)
from qiki_hil.spec.authority import Float64, WrenchSet, effectiveness
from qiki_hil.spec.body import Hull, Mass, Thruster
from qiki_hil.spec.control import ControlConfig
from qiki_hil.spec.equipment import (
    REQUIRED_CHANNELS,
    REQUIRED_COMPONENTS,
    Can,
    Component,
    Docking,
    EventBus,
    Mount,
    Sensor,
    Sensors,
    Transponder,
)
from qiki_hil.spec.geometry import FACE_COSINE, FACE_NAMES
from qiki_hil.spec.modulation import modulator, valves
from qiki_hil.spec.planes import CLUSTER_NODES, PowerPlane, ThermalPlane

PUSH_MAX_MPS2, TURN_MAX_RPS2 = 100.0, 100.0
"""Most acceleration by one nozzle: within a shortest pulse of 30 ms it makes 3 m/s or 3 rad/s."""
THERMAL_STEP_S = 0.025
"""The longest step of the thermal model: 20 ms and one tick of the slowest loop."""
ANGLE_TOLERANCE = 1e-3
"""Allowed error of the cosine between two face normals: four decimals are enough."""


def _references(names: Iterable[str], known: Iterable[str], what: str, path: Path) -> Problems:
    known = tuple(known)
    for name in names:
        if name not in known:
            yield Problem(path, f"{what} {name} is unknown; known: {listed(known)}")


def _duplicates(names: Iterable[object], path: Path) -> Problems:
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem(path, f"{name} is named {count} times; name it once")


def _missing(required: Iterable[str], given: Iterable[str], path: Path) -> Problems:
    for name in sorted(set(required) - set(given)):
        yield Problem((*path, name), "missing; every bot has it")


def hull_faces(hull: Hull) -> Problems:
    yield from _missing(FACE_NAMES, hull.faces, ("hull", "faces"))
    for name in sorted(set(hull.faces) - set(FACE_NAMES)):
        yield Problem(("hull", "faces", name), "no such face; a dodecahedron has F00..F11")
    if set(hull.faces) == set(FACE_NAMES):
        yield from _regular(hull)


def _regular(hull: Hull) -> Problems:
    """Twelve unit vectors with these pairwise cosines are a dodecahedron, up to rotation."""
    normals = np.array([hull.faces[name].outward_normal_body for name in FACE_NAMES])
    cosines = normals @ normals.T
    wrong = (np.abs(np.abs(cosines) - FACE_COSINE) > ANGLE_TOLERANCE) & (
        np.abs(cosines + 1.0) > ANGLE_TOLERANCE
    )
    np.fill_diagonal(wrong, False)
    # The face with most wrong angles is to blame; without it the rest may be right.
    while wrong.any():
        worst = int(np.argmax(wrong.sum(axis=0)))
        partner = int(np.argmax(wrong[worst]))
        angle = math.degrees(math.acos(np.clip(cosines[worst, partner], -1.0, 1.0)))
        yield Problem(
            ("hull", "faces", FACE_NAMES[worst], "outward_normal_body"),
            f"{angle:.2f}° from {FACE_NAMES[partner]}; between faces of a regular dodecahedron "
            "there are 63.43°, 116.57° or 180°",
        )
        wrong[worst, :] = wrong[:, worst] = False


def inertia(mass: Mass) -> Problems:
    path = ("mass", "inertia_kgm2")
    matrix = np.array(mass.inertia_kgm2)
    if not np.allclose(matrix, matrix.T, rtol=0.0, atol=1e-9 * np.abs(matrix).max()):
        yield Problem(path, "not symmetric; an inertia matrix equals its transpose")
        return
    low, middle, high = np.linalg.eigvalsh(matrix)
    moments = f"principal moments {low:.4g}, {middle:.4g}, {high:.4g}"
    if low <= 0.0:
        yield Problem(path, f"{moments}: not positive definite; each must be greater than 0")
    elif high > (low + middle) * (1.0 + 1e-9):
        yield Problem(path, f"{moments}: no body has one greater than the other two together")


def agility(mass: Mass, thrusters: tuple[Thruster, ...]) -> Problems:
    """One nozzle alone must not move the craft faster than a loop can follow."""
    if any(inertia(mass)) or not thrusters:
        return
    forces_n = np.array([[t.thrust_max_n * x for x in t.force_direction_body] for t in thrusters])
    arms_m = np.array([t.position_m_body for t in thrusters]) - np.array(mass.com_m_body)
    turns_rps2 = np.linalg.solve(np.array(mass.inertia_kgm2), np.cross(arms_m, forces_n).T).T
    for found, most, unit, cause in (
        (np.linalg.norm(forces_n, axis=1) / mass.dry_kg, PUSH_MAX_MPS2, "m/s²", "mass.dry_kg"),
        (np.linalg.norm(turns_rps2, axis=1), TURN_MAX_RPS2, "rad/s²", "mass.inertia_kgm2"),
    ):
        worst = int(np.argmax(found))
        if found[worst] > most:
            text = f"the nozzle alone gives {found[worst]:.4g} {unit}, at most {most:g} {unit} is "
            yield Problem(("thrusters", worst, "thrust_max_n"), f"{text}allowed; see {cause}")


def clusters(thrusters: tuple[Thruster, ...]) -> Problems:
    if len(thrusters) != NOZZLES:
        text = f"{len(thrusters)} given, must be {NOZZLES}: {CLUSTERS} clusters of "
        yield Problem(("thrusters",), f"{text}{NOZZLES_PER_CLUSTER}, in index order")
        return
    for index, thruster in enumerate(thrusters):
        right = index // NOZZLES_PER_CLUSTER
        if thruster.cluster != right:
            text = f"{thruster.cluster}, must be {right}: cluster c has nozzles 4c to 4c+3"
            yield Problem(("thrusters", index, "cluster"), text)


def wrenches(mass: Mass, thrusters: tuple[Thruster, ...]) -> Problems:
    if len(thrusters) != NOZZLES:
        return
    positions_m = np.array([t.position_m_body for t in thrusters])
    directions = np.array([t.force_direction_body for t in thrusters])
    matrix = effectiveness(positions_m, directions, np.array(mass.com_m_body))
    thrust_max_n = np.array([t.thrust_max_n for t in thrusters])
    rank = int(np.linalg.matrix_rank(matrix, rtol=1e-6))
    if rank < 6:
        text = f"the effectiveness matrix has rank {rank}, must be 6: add other positions or "
        yield Problem(("thrusters",), f"{text}directions")
        return
    blind = WrenchSet(matrix, thrust_max_n).unreachable()
    if blind is None:
        full = effectiveness(positions_m, directions, mass.com_full_m_body)
        yield from _mapped(full, thrust_max_n)
    else:
        force, torque = (", ".join(f"{x + 0.0:.2f}" for x in part) for part in np.split(blind, 2))
        yield Problem(
            ("thrusters",),
            f"no combination gives a wrench along force ({force}) with torque ({torque}); the "
            "nozzles must span every direction with thrusts of 0 or more",
        )


def _mapped(matrix: Float64, thrust_max_n: Float64) -> Problems:
    """The sets of the thrust map, about the centre of mass with full tanks, must be found."""
    try:
        ThrustMapCore(matrix, thrust_max_n, np.zeros(NOZZLES))
    except ValueError as error:
        yield Problem(("thrusters",), f"thrust map: {error}; nozzles are too unlike, or too alike")


def power_plane(power: PowerPlane, control: ControlConfig) -> Problems:
    if power.bus_min_v >= power.bus_nominal_v:
        text = f"{power.bus_min_v:g} V, must be less than bus_nominal_v, {power.bus_nominal_v:g} V"
        yield Problem(("power", "bus_min_v"), text)
    if power.battery_shed_soc >= power.battery_restore_soc:
        text = f"{power.battery_shed_soc:g}, must be less than battery_restore_soc, "
        yield Problem(("power", "battery_shed_soc"), f"{text}{power.battery_restore_soc:g}")
    room = 0.5 * (power.supercap_boost_soc - power.supercap_hold_soc)
    if power.supercap_gate_hysteresis > room:
        text = f"{power.supercap_gate_hysteresis:g}, must be at most {room:g}: half of "
        yield Problem(
            ("power", "supercap_gate_hysteresis"), f"{text}supercap_boost_soc - supercap_hold_soc"
        )
    fixed_w, carried_w = power.base_out_w + power.mcqpu_w, power.bus_current_max_a * power.bus_min_v
    if fixed_w > carried_w:
        text = f"{power.bus_current_max_a:g} A at {power.bus_min_v:g} V carry {carried_w:g} W, "
        yield Problem(
            ("power", "bus_current_max_a"),
            f"{text}but base_out_w and mcqpu_w, which are never shed, draw {fixed_w:g} W",
        )
    sources_w = power.battery_discharge_max_w + power.supercap_discharge_max_w + power.base_in_w
    if power.peak_max_w > sources_w:
        text = f"{power.peak_max_w:g} W, but battery, supercapacitor and base give {sources_w:g} W"
        yield Problem(("power", "peak_max_w"), text)
    if control.rcs_power_max_w > power.peak_max_w:
        text = f"{control.rcs_power_max_w:g} W, must be at most power.peak_max_w, "
        yield Problem(("control", "rcs_power_max_w"), f"{text}{power.peak_max_w:g} W")


def thermal_plane(thermal: ThermalPlane) -> Problems:
    yield from _missing(CLUSTER_NODES, thermal.nodes, ("thermal", "nodes"))
    for name, node in thermal.nodes.items():
        if node.init_c >= node.trip_c:
            text = f"{node.init_c:g} °C, must be less than trip_c, {node.trip_c:g} °C"
            yield Problem(("thermal", "nodes", name, "init_c"), text)
        if node.warn_c >= node.trip_c:
            text = f"{node.warn_c:g} °C, must be less than trip_c, {node.trip_c:g} °C"
            yield Problem(("thermal", "nodes", name, "warn_c"), text)
        if node.warn_c <= thermal.ambient_c:
            text = (
                f"{node.warn_c:g} °C, must be more than ambient_c, {thermal.ambient_c:g} °C: the "
            )
            yield Problem(
                ("thermal", "nodes", name, "warn_c"), f"{text}node would never cool to it"
            )
    if len(thermal.nodes) > NODES_MAX:
        yield Problem(("thermal", "nodes"), f"{len(thermal.nodes)} given, at most {NODES_MAX}")
    yield from _stable(thermal)
    for index, coupling in enumerate(thermal.couplings):
        path: Path = ("thermal", "couplings", index, "between")
        yield from _references(coupling.between, thermal.nodes, "thermal node", path)
        yield from _duplicates(coupling.between, path)
    pairs = [" and ".join(sorted(coupling.between)) for coupling in thermal.couplings]
    yield from _duplicates(pairs, ("thermal", "couplings"))


def _stable(thermal: ThermalPlane) -> Problems:
    """A step must not carry a node past the temperature of what it is coupled to."""
    for name, node in thermal.nodes.items():
        coupled = sum(c.conductance_w_per_k for c in thermal.couplings if name in c.between)
        least = THERMAL_STEP_S * (coupled + node.cooling_w_per_k + thermal.ambient_exchange_w_per_k)
        if node.heat_capacity_j_per_k < least:
            text = f"{node.heat_capacity_j_per_k:g} J/K, must be at least {least:.4g} J/K for what "
            yield Problem(
                ("thermal", "nodes", name, "heat_capacity_j_per_k"),
                f"{text}cools the node, its couplings and ambient_exchange_w_per_k",
            )


def bayonets(hull: Hull) -> Problems:
    names = sorted(name for name, face in hull.faces.items() if face.role == "bayonet")
    if len(names) != 2:
        text = f"{len(names)} with role bayonet ({listed(names)}), must be 2, opposite each other"
        yield Problem(("hull", "faces"), text)
        return
    first, second = (np.array(hull.faces[name].outward_normal_body) for name in names)
    cosine = float(first @ second)
    if cosine > -1.0 + ANGLE_TOLERANCE:
        angle = math.degrees(math.acos(min(cosine, 1.0)))
        text = f"bayonets {names[0]} and {names[1]} are {angle:.2f}° apart, must be 180°"
        yield Problem(("hull", "faces"), text)


def docking_ports(hull: Hull, docking: Docking) -> Problems:
    roles = {name: face.role for name, face in hull.faces.items()}
    for name, port in docking.ports.items():
        path: Path = ("docking", "ports", name, "face")
        yield from _references([port.face], roles, "face", path)
        if roles.get(port.face, "bayonet") != "bayonet":
            yield Problem(path, f"face {port.face} has role {roles[port.face]}, must be bayonet")
    if len(docking.ports) != 2:
        text = f"{len(docking.ports)} given, must be 2: one on each bayonet face"
        yield Problem(("docking", "ports"), text)
    yield from _duplicates((p.face for p in docking.ports.values()), ("docking", "ports"))


def docking_modes(docking: Docking) -> Problems:
    for key in ("capture_modes", "bridge_profiles"):
        yield from _duplicates(getattr(docking, key), ("docking", key))


def mount_faces(hull: Hull, mounts: dict[str, Mount]) -> Problems:
    for name, mount in mounts.items():
        faces = [mount.face] if mount.face is not None else []
        yield from _references(faces, hull.faces, "face", ("mounts", name, "face"))


def mounted(mounts: dict[str, Mount], sensors: Sensors) -> Problems:
    for name in Sensors.model_fields:
        sensor = getattr(sensors, name)
        if isinstance(sensor, Sensor):
            yield from _references([sensor.mount], mounts, "mount", ("sensors", name, "mount"))


def transponder_mount(mounts: dict[str, Mount], transponder: Transponder) -> Problems:
    yield from _references([transponder.mount], mounts, "mount", ("transponder", "mount"))


def bus(event_bus: EventBus) -> Problems:
    path: Path = ("event_bus", "channels")
    yield from _duplicates(event_bus.channels, path)
    for name in sorted(set(REQUIRED_CHANNELS) - set(event_bus.channels)):
        yield Problem(path, f"{name} is missing; every bot has it")


def component_names(components: dict[str, Component]) -> Problems:
    yield from _missing(REQUIRED_COMPONENTS, components, ("components",))
    for name, component in components.items():
        yield from _duplicates(component.provides, ("components", name, "provides"))
        yield from _duplicates(component.consumes, ("components", name, "consumes"))


def consumed(components: dict[str, Component], event_bus: EventBus) -> Problems:
    provided = set(itertools.chain(*(c.provides for c in components.values())))
    for name, component in components.items():
        for need in sorted(set(component.consumes) - provided - set(event_bus.channels)):
            text = f"{need} is neither provided by a component nor a channel of event_bus"
            yield Problem(("components", name, "consumes"), text)


def node_ids(can: Can) -> Problems:
    ids = (can.controller_node_id, *can.cluster_node_ids, can.nav_node_id, can.power_node_id)
    for node, count in Counter(ids).items():
        if count > 1:
            yield Problem(("can",), f"node id {node} is used {count} times; give each its own")


CHECKS: tuple[Callable[..., Problems], ...] = (
    hull_faces,
    inertia,
    agility,
    clusters,
    wrenches,
    valves,
    modulator,
    power_plane,
    thermal_plane,
    bayonets,
    docking_ports,
    docking_modes,
    mount_faces,
    mounted,
    transponder_mount,
    bus,
    component_names,
    consumed,
    node_ids,
)
_NEEDS = {check: tuple(inspect.signature(check).parameters) for check in CHECKS}


def run(sections: Mapping[str, Any]) -> list[Problem]:
    """Every problem that shows in `sections`, the sound sections by name."""
    found: list[Problem] = []
    for check, needs in _NEEDS.items():
        if sections.keys() >= set(needs):
            found += check(**{name: sections[name] for name in needs})
    return found
