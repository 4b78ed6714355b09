"""Writes a BotSpec as YAML for people: a line on each section, short lists on one line."""

from typing import Any

import yaml

from qiki_hil.document import Dumper
from qiki_hil.spec.defaults import factored

HEADER = "# A BotSpec. SI units. Body: +X forward, +Y left, +Z up from the geometric centre.\n"
SECTIONS = {
    "metadata": "The id is part of the hash, the title is not.",
    "hull": "A regular dodecahedron. Roles: bayonet, rcs, sensor, radiator, utility.",
    "mass": "Of the dry craft; the propellant is a point mass in the tank.",
    "thruster_defaults": "What all nozzles share; a row below may say otherwise.",
    "thrusters": "Nozzles 4c..4c+3 are cluster c. The plume goes against the force.",
    "power": "Energy in Wh, power in W, states of charge 0..1.",
    "thermal": "Lumped nodes; heat is gain times source, in W.",
    "docking": "Two bayonets on opposite faces; the axis is the face's normal.",
    "transponder": "Modes: ON, OFF, SILENT, SPOOF.",
    "mounts": "Where instruments and antennas sit.",
    "sensors": "White noise, and a bias drawn once per run, per axis.",
    "control": "Gains, limits and modulation.",
    "components": "What each part offers and needs.",
    "event_bus": "The channels on which components talk.",
    "can": "Node ids 0..127, each used once.",
}


_LINE_CHARS = 92
"""What fits on a line is written on one line."""


class _Block(dict[str, Any]):
    """A mapping that is written one key a line, however short it is."""


class _Dumper(Dumper):
    """Collections that fit are written on one line."""


def _collection(dumper: _Dumper, value: Any) -> yaml.Node:
    node = (
        dumper.represent_dict(value)
        if isinstance(value, dict)
        else dumper.represent_sequence("tag:yaml.org,2002:seq", value)
    )
    node.flow_style = not isinstance(value, _Block) and len(repr(value)) <= _LINE_CHARS
    return node


def _float(dumper: _Dumper, value: float) -> yaml.ScalarNode:
    # repr keeps every bit; YAML 1.1 readers need a point before an exponent.
    text = repr(value)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


for _kind in (dict, list, _Block):
    _Dumper.add_representer(_kind, _collection)
_Dumper.add_representer(float, _float)


def as_yaml(content: dict[str, Any]) -> str:
    """YAML of a specification's plain data; `content` holds full thruster rows."""
    shared, rows = factored(content["thrusters"])
    content = _without_none({**content, "thruster_defaults": shared, "thrusters": rows})
    parts = [f"# {text}\n{_section(key, content[key])}" for key, text in SECTIONS.items()]
    return "\n".join([HEADER, *parts])


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return value


def _section(key: str, value: Any) -> str:
    text: str = yaml.dump(
        _Block({key: _Block(value) if isinstance(value, dict) else value}),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=2 * _LINE_CHARS,
    )
    return text
