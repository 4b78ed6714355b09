"""Commands back to text: `parse_command(format_command(command))` is the same command."""

import math
from collections.abc import Callable

import numpy as np

from qiki_hil._pb.qiki.commands.v1 import command_pb2 as pb
from qiki_hil.command.grammar import ALLOCATION_MODES, CONFIRM, MODES
from qiki_hil.command.segments import AXES, GROUPS
from qiki_hil.errors import CommandError
from qiki_hil.euler import rpy_deg_from_xyzw

_MODE_WORD = {pb.FlightMode.Value(f"FLIGHT_MODE_{name.upper()}"): name for name in MODES}
_ALLOCATION_WORD = {mode: name for name, mode in ALLOCATION_MODES.items()}
_AXIS_WORD = {axis.axis: name for name, axis in AXES.items()}
_GROUP_WORD = {group: name for name, group in GROUPS.items()}
_DIRECTION_WORD = {axis.direction_body: name for name, axis in AXES.items()}


def format_command(command: pb.Command) -> str:
    """The text of a command. Numbers come back exactly, attitudes to 1e-9 degrees.

    Raises `CommandError` where the command has no action, or one that no text can give.
    """
    action = command.WhichOneof("action")
    if action is None:
        raise CommandError("a command without an action has no text")
    return _FORMATTERS[action](command)


def _number(value: float) -> str:
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _percent(level_ratio: float) -> str:
    """The shortest percentage that reads back as this ratio, else the nearest."""
    percent = level_ratio * 100.0
    near = (percent, math.nextafter(percent, 0.0), math.nextafter(percent, math.inf))
    texts = [f"{percent:.{digits}g}" for digits in range(1, 17)] + [repr(value) for value in near]
    for text in texts:
        if float(text) / 100.0 == level_ratio:
            return _number(float(text))
    return _number(percent)


def _angles(xyzw: pb.Quaternion) -> str:
    quaternion = np.array([xyzw.x, xyzw.y, xyzw.z, xyzw.w])
    length = float(np.linalg.norm(quaternion))
    if not (math.isfinite(length) and length > 1e-9):
        raise CommandError("an attitude of zero length has no text")
    angles = rpy_deg_from_xyzw(quaternion / length)
    # Twelve digits hide the rounding of the trigonometry: 60, not 59.99999999999999.
    return " ".join(_number(float(f"{angle:.12g}") + 0.0) for angle in angles)


def _go_to_pose(command: pb.Command) -> str:
    pose = command.go_to_pose
    has_attitude = pose.HasField("attitude_xyzw")
    if not pose.HasField("position_m_world"):
        if not has_attitude:
            raise CommandError("a pose without position and attitude has no text")
        return f"turn {_angles(pose.attitude_xyzw)}"
    position = pose.position_m_world
    text = "goto " + " ".join(_number(part) for part in (position.x, position.y, position.z))
    return f"{text} {_angles(pose.attitude_xyzw)}" if has_attitude else text


def _fire_axis(command: pb.Command) -> str:
    fire = command.fire_axis
    if fire.axis not in _AXIS_WORD:
        raise CommandError("a push without an axis has no text")
    level, duration = _percent(fire.level_ratio), _number(fire.duration_s)
    return f"rcs.{_AXIS_WORD[fire.axis]} {level} {duration}s"


def _target(segment: pb.ThrustSegment) -> str:
    if segment.group:
        if segment.group not in _GROUP_WORD or segment.HasField("direction_body"):
            raise CommandError("a segment has a direction or a known group, and not both")
        return _GROUP_WORD[segment.group]
    vector = (segment.direction_body.x, segment.direction_body.y, segment.direction_body.z)
    return _DIRECTION_WORD.get(vector) or ",".join(_number(part) for part in vector)


def _segment(segment: pb.ThrustSegment) -> str:
    text = f"{_target(segment)} {_percent(segment.level_ratio)} {_number(segment.duration_s)}s"
    if segment.ramp_in_s:
        text += f" ramp_in={_number(segment.ramp_in_s)}s"
    if segment.ramp_out_s:
        text += f" ramp_out={_number(segment.ramp_out_s)}s"
    return text


def _profile(command: pb.Command) -> str:
    if not command.thrust_profile.segments:
        raise CommandError("a profile without segments has no text")
    return "profile " + "; ".join(map(_segment, command.thrust_profile.segments))


def _confirm(confirmed: bool) -> str:
    return f" {CONFIRM}" if confirmed else ""


def _set_allocation_mode(command: pb.Command) -> str:
    asked = command.set_allocation_mode
    if asked.mode not in _ALLOCATION_WORD:
        raise CommandError("an allocation mode that is not known has no text")
    return f"alloc {_ALLOCATION_WORD[asked.mode]}{_confirm(asked.confirmed)}"


def _fire_nozzles(command: pb.Command) -> str:
    fire = command.fire_nozzles
    if not fire.nozzles:
        raise CommandError("a firing without nozzles has no text")
    nozzles = ",".join(map(str, fire.nozzles))
    level, duration = _percent(fire.level_ratio), _number(fire.duration_s)
    return f"nozzles {nozzles} {level} {duration}s{_confirm(fire.confirmed)}"


def _set_mode(command: pb.Command) -> str:
    if command.set_mode.mode not in _MODE_WORD:
        raise CommandError("a mode that is not known has no text")
    return f"mode {_MODE_WORD[command.set_mode.mode]}"


_FORMATTERS: dict[str, Callable[[pb.Command], str]] = {
    "arm": lambda _: "arm",
    "disarm": lambda _: "disarm",
    "safe": lambda _: "safe",
    "brake": lambda _: "brake",
    "hold_pose": lambda _: "hold",
    "go_to_pose": _go_to_pose,
    "fire_axis": _fire_axis,
    "stop_thrust": lambda _: "rcs.stop",
    "thrust_profile": _profile,
    "set_mode": _set_mode,
    "set_allocation_mode": _set_allocation_mode,
    "fire_nozzles": _fire_nozzles,
}
