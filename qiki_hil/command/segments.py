"""The segments of a thrust profile as they are written in a line: `DIR PCT DUR ...; ...`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from qiki_hil._pb.qiki.commands.v1 import command_pb2 as pb
from qiki_hil.command.tokens import Token, TokenReader, unit_vector
from qiki_hil.document import allowed_words

SEGMENT_USAGE = "DIR PCT DUR [ramp_in=DUR] [ramp_out=DUR]"
# The controller keeps a profile in memory of fixed size.
SEGMENTS_MAX = 32


@dataclass(frozen=True, slots=True)
class Axis:
    """A body axis by its name."""

    axis: pb.BodyAxis
    direction_body: tuple[float, float, float]


AXES: dict[str, Axis] = {
    "forward": Axis(pb.BODY_AXIS_FORWARD, (1.0, 0.0, 0.0)),
    "aft": Axis(pb.BODY_AXIS_AFT, (-1.0, 0.0, 0.0)),
    "port": Axis(pb.BODY_AXIS_PORT, (0.0, 1.0, 0.0)),
    "starboard": Axis(pb.BODY_AXIS_STARBOARD, (0.0, -1.0, 0.0)),
    "up": Axis(pb.BODY_AXIS_UP, (0.0, 0.0, 1.0)),
    "down": Axis(pb.BODY_AXIS_DOWN, (0.0, 0.0, -1.0)),
}


_GROUP_PREFIX = "THRUST_GROUP_"
GROUPS: dict[str, pb.ThrustGroup] = {
    name.removeprefix(_GROUP_PREFIX).lower().replace("_", "."): cast("pb.ThrustGroup", value)
    for name, value in pb.ThrustGroup.items()
    if value != pb.THRUST_GROUP_UNSPECIFIED
}
"""Sets of the thrust map that push along a body axis, by name."""

_TORQUE = re.compile(r"[+-]?(zfr\.|frg\.)?(roll|pitch|yaw)[+-]?")


def parse_segments(tokens: TokenReader) -> list[pb.ThrustSegment]:
    """The segments that are left in a command text, parted by semicolons."""
    segments = [parse_segment(tokens)]
    while tokens.peek():
        tokens.take(";")
        if tokens.peek() is None:
            break
        if len(segments) == SEGMENTS_MAX:
            raise tokens.fail(
                tokens.take("").column, f"a profile has at most {SEGMENTS_MAX} segments"
            )
        segments.append(parse_segment(tokens))
    return segments


def parse_segment(tokens: TokenReader) -> pb.ThrustSegment:
    """The segment that comes next in a text."""
    start = tokens.take("DIR")
    target = _target(tokens, start)
    level = tokens.level_ratio()
    duration = tokens.duration_s()
    ramps = dict(_ramps(tokens))
    ramp_in, ramp_out = ramps.get("ramp_in", 0.0), ramps.get("ramp_out", 0.0)
    if ramp_in + ramp_out > duration:
        raise tokens.fail(
            start.column,
            f"ramp_in + ramp_out = {ramp_in + ramp_out:g} s is longer than DUR = {duration:g} s",
        )
    segment = pb.ThrustSegment(
        duration_s=duration, level_ratio=level, ramp_in_s=ramp_in, ramp_out_s=ramp_out
    )
    if isinstance(target, tuple):
        x, y, z = target
        segment.direction_body.CopyFrom(pb.Vector3(x=x, y=y, z=z))
    else:
        segment.group = target
    return segment


def _target(tokens: TokenReader, token: Token) -> "tuple[float, float, float] | pb.ThrustGroup":
    """A direction, or a group."""
    name = token.text.lower()
    if name in AXES:
        return AXES[name].direction_body
    if name in GROUPS:
        return GROUPS[name]
    if _TORQUE.fullmatch(name):
        raise tokens.fail(
            token.column,
            f"DIR '{token.text}' turns the craft, and a profile holds the attitude: turn it with "
            "'turn ROLL PITCH YAW'",
        )
    if "," not in name:
        known = allowed_words(name, (*AXES, *GROUPS))
        raise tokens.fail(
            token.column, f"DIR '{token.text}' is not known{known}, or x,y,z without spaces"
        )
    vector = tokens.vector(token, "DIR")
    return unit_vector(vector, lambda problem: tokens.fail(token.column, problem))


def _ramps(tokens: TokenReader) -> Iterator[tuple[str, float]]:
    seen: set[str] = set()
    while (token := tokens.peek()) is not None and token.text != ";":
        tokens.take("ramp")
        name, equals, value = token.text.partition("=")
        name = name.lower()
        if not equals or name not in ("ramp_in", "ramp_out"):
            raise tokens.fail(token.column, f"'{token.text}' is not ramp_in=DUR or ramp_out=DUR")
        if name in seen:
            raise tokens.fail(token.column, f"{name} is given twice")
        seen.add(name)
        yield name, tokens.span_s(token, value, name, positive=False)
