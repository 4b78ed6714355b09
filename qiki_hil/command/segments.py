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
    """A body axis by its word."""

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
"""Sets of the thrust map that push along a body axis, by their words."""

_TORQUE = re.compile(r"[+-]?(zfr\.|frg\.)?(roll|pitch|yaw)[+-]?")


def parse_segments(words: TokenReader) -> list[pb.ThrustSegment]:
    """The segments that are left in a command text, parted by semicolons."""
    segments = [parse_segment(words)]
    while words.peek():
        words.take(";")
        if words.peek() is None:
            break
        if len(segments) == SEGMENTS_MAX:
            raise words.fail(
                words.take("").column, f"a profile has at most {SEGMENTS_MAX} segments"
            )
        segments.append(parse_segment(words))
    return segments


def parse_segment(words: TokenReader) -> pb.ThrustSegment:
    """The segment that comes next in a text."""
    start = words.take("DIR")
    target = _target(words, start)
    level = words.level_ratio()
    duration = words.duration_s()
    ramps = dict(_ramps(words))
    ramp_in, ramp_out = ramps.get("ramp_in", 0.0), ramps.get("ramp_out", 0.0)
    if ramp_in + ramp_out > duration:
        raise words.fail(
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


def _target(words: TokenReader, word: Token) -> "tuple[float, float, float] | pb.ThrustGroup":
    """A direction, or a group."""
    name = word.text.lower()
    if name in AXES:
        return AXES[name].direction_body
    if name in GROUPS:
        return GROUPS[name]
    if _TORQUE.fullmatch(name):
        raise words.fail(
            word.column,
            f"DIR '{word.text}' turns the craft, and a profile holds the attitude: turn it with "
            "'turn ROLL PITCH YAW'",
        )
    if "," not in name:
        known = allowed_words(name, (*AXES, *GROUPS))
        raise words.fail(
            word.column, f"DIR '{word.text}' is not known{known}, or x,y,z without spaces"
        )
    vector = words.vector(word, "DIR")
    return unit_vector(vector, lambda problem: words.fail(word.column, problem))


def _ramps(words: TokenReader) -> Iterator[tuple[str, float]]:
    seen: set[str] = set()
    while (word := words.peek()) is not None and word.text != ";":
        words.take("ramp")
        name, equals, value = word.text.partition("=")
        name = name.lower()
        if not equals or name not in ("ramp_in", "ramp_out"):
            raise words.fail(word.column, f"'{word.text}' is not ramp_in=DUR or ramp_out=DUR")
        if name in seen:
            raise words.fail(word.column, f"{name} is given twice")
        seen.add(name)
        yield name, words.span_s(word, value, name, positive=False)
