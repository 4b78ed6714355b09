"""Thrust profiles: a sequence of pushes, written in a line or in a YAML file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Self, cast

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from qiki_hil._pb.qiki.commands.v1 import command_pb2 as pb
from qiki_hil.command.tokens import (
    DURATION_MAX_S,
    Word,
    Words,
    allowed_words,
    split_words,
    unit_vector,
)
from qiki_hil.document.textfile import TextFileError, read_text
from qiki_hil.document.yaml_lines import load_with_lines
from qiki_hil.errors import CommandError

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


def parse_segments(words: Words) -> list[pb.ThrustSegment]:
    """The segments that are left in a command text, parted by semicolons."""
    segments = [_segment(words)]
    while words.peek():
        words.take(";")
        if words.peek() is None:
            break
        if len(segments) == SEGMENTS_MAX:
            raise words.fail(
                words.take("").column, f"a profile has at most {SEGMENTS_MAX} segments"
            )
        segments.append(_segment(words))
    return segments


def _segment(words: Words) -> pb.ThrustSegment:
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


def _target(words: Words, word: Word) -> "tuple[float, float, float] | pb.ThrustGroup":
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


def _ramps(words: Words) -> Iterator[tuple[str, float]]:
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


class _FileSegment(BaseModel):
    """A segment of a profile file that is written as a mapping."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    direction: str | tuple[float, float, float] | None = None
    group: str | None = None
    level_pct: Annotated[float, Field(ge=0.0, le=100.0)]
    duration_s: Annotated[float, Field(gt=0.0, le=DURATION_MAX_S)]
    ramp_in_s: Annotated[float, Field(ge=0.0, le=DURATION_MAX_S)] = 0.0
    ramp_out_s: Annotated[float, Field(ge=0.0, le=DURATION_MAX_S)] = 0.0

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.direction is None) == (self.group is None):
            raise ValueError("needs a direction or a group, and exactly one of them")
        if self.group is not None and self.group.lower() not in GROUPS:
            raise ValueError(
                f"group '{self.group}' is not known{allowed_words(self.group, GROUPS)}"
            )
        return self

    def text(self) -> str:
        """The segment as it would be typed."""
        direction = self.group if self.direction is None else self.direction
        if not isinstance(direction, str):
            direction = ",".join(map(repr, direction or ()))
        return (
            f"{direction} {self.level_pct!r} {self.duration_s!r} "
            f"ramp_in={self.ramp_in_s!r} ramp_out={self.ramp_out_s!r}"
        )


_SEGMENT = TypeAdapter(_FileSegment)


def read_profile(path: Path) -> list[pb.ThrustSegment]:
    """The segments of a YAML list: texts as in a command, or mappings.

    Raises `CommandError` with every problem found.
    """
    try:
        text = read_text(path, "YAML")
    except TextFileError as error:
        raise CommandError(f"thrust profile {path}: {error}") from None
    return _from_yaml(text, str(path))


def shipped_profiles() -> list[str]:
    """Names of the thrust profiles that come with the package."""
    names = (entry.name for entry in _shipped_folder().iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def load_profile(source: str) -> pb.ThrustProfile:
    """A thrust profile: a shipped one by name, one from a file (anything that ends in .yaml), or
    one written out, `DIR PCT DUR; ...`.

    Raises `CommandError` with every problem found.
    """
    if source.endswith((".yaml", ".yml")):
        return pb.ThrustProfile(segments=read_profile(Path(source)))
    if source in shipped_profiles():
        text = (_shipped_folder() / f"{source}.yaml").read_text(encoding="utf-8")
        return pb.ThrustProfile(segments=_from_yaml(text, f"{source}.yaml"))
    words = split_words(source)
    if len(words) == 1:
        known = allowed_words(source, shipped_profiles())
        raise CommandError(
            f"thrust profile '{source}' does not ship with the package{known}, or the path of a "
            f".yaml file, or segments '{SEGMENT_USAGE}; ...'"
        )
    return pb.ThrustProfile(segments=parse_segments(Words(source, words, SEGMENT_USAGE)))


def _shipped_folder() -> Traversable:
    return files("qiki_hil") / "data" / "rigs" / "profiles"


def _from_yaml(text: str, path: str) -> list[pb.ThrustSegment]:
    try:
        entries, _, _ = load_with_lines(text)
    except (yaml.YAMLError, ValueError) as error:
        raise CommandError(f"thrust profile {path}: is not YAML: {error}") from None
    if not isinstance(entries, list) or not 1 <= len(entries) <= SEGMENTS_MAX:
        raise CommandError(
            f"thrust profile {path}: must be a list of 1..{SEGMENTS_MAX} segments, "
            f"each '{SEGMENT_USAGE}' or a mapping"
        )
    segments: list[pb.ThrustSegment] = []
    problems: list[str] = []
    for index, entry in enumerate(entries):
        try:
            segments.append(_file_segment(entry))
        except ValidationError as error:
            problems += [
                f"{_path(index, item['loc'])}: {item['msg'].removeprefix('Value error, ')}"
                for item in error.errors()
            ]
        except CommandError as error:
            problems.append(f"[{index}]: {error}")
    if problems:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        raise CommandError(f"thrust profile {path}: {len(problems)} problem(s)\n{lines}")
    return segments


def _path(index: int, loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, (f"[{index}]", *loc)))


def _file_segment(entry: Any) -> pb.ThrustSegment:
    text = entry if isinstance(entry, str) else _SEGMENT.validate_python(entry).text()
    words = Words(text, split_words(text), SEGMENT_USAGE)
    segment = _segment(words)
    words.end()
    return segment
