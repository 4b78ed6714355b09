"""Thrust profiles: shipped, in a YAML file, or written out in a line.

A file is a list of at most `SEGMENTS_MAX` segments, each a text as in a command or a mapping.
"""

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, Strict, model_validator

from qiki_hil._pb.qiki.commands.v1 import command_pb2 as pb
from qiki_hil.command.segments import (
    GROUPS,
    SEGMENT_USAGE,
    SEGMENTS_MAX,
    parse_segment,
    parse_segments,
)
from qiki_hil.command.tokens import DURATION_MAX_S, TokenReader, split_tokens
from qiki_hil.document import (
    Problem,
    ShippedFiles,
    SourceText,
    allowed_words,
    as_texts,
    parse,
    validated,
)
from qiki_hil.errors import CommandError, ProfileFileError

_FILES = ShippedFiles("thrust profile", "profiles", CommandError)
_START = f"give 1..{SEGMENTS_MAX} segments, each '{SEGMENT_USAGE}' or a mapping"


class _FileSegment(BaseModel):
    """A segment of a profile file that is written as a mapping."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    direction: str | Annotated[tuple[float, float, float], Strict(False)] | None = None
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


def shipped_profiles() -> list[str]:
    """Names of the thrust profiles that come with the package."""
    return _FILES.names()


def read_profile(path: Path) -> list[pb.ThrustSegment]:
    """The segments of a profile file. Raises `CommandError` with every problem found."""
    return _segments(_FILES.read(path))


def load_profile(source: str) -> pb.ThrustProfile:
    """A thrust profile: a shipped one by name, one from a file, or one written out,
    `DIR PCT DUR; ...`.

    Raises `CommandError` with every problem found.
    """
    tokens = split_tokens(source)
    if (len(tokens) > 1 and not source.endswith((".yaml", ".yml"))) or not tokens:
        return pb.ThrustProfile(segments=parse_segments(TokenReader(source, tokens, SEGMENT_USAGE)))
    try:
        found = _FILES.read(source)
    except CommandError as error:
        raise CommandError(f"{error}, or segments '{SEGMENT_USAGE}; ...'") from None
    return pb.ThrustProfile(segments=_segments(found))


def _segments(file: SourceText) -> list[pb.ThrustSegment]:
    document = parse(file.text, file.source, ProfileFileError, top=list, start=_START)
    if not 1 <= len(document.data) <= SEGMENTS_MAX:
        raise ProfileFileError(file.source, [f"has {len(document.data)} segments; {_START}"])
    segments: list[pb.ThrustSegment] = []
    problems = list(document.problems)
    for index, entry in enumerate(document.data):
        segment, found = _segment(entry)
        segments += [segment] if segment else []
        problems += [Problem((index, *problem.path), problem.text) for problem in found]
    if problems:
        raise ProfileFileError(file.source, as_texts(problems, document.lines))
    return segments


def _segment(entry: Any) -> tuple[pb.ThrustSegment | None, list[Problem]]:
    text = entry
    if not isinstance(entry, str):
        mapping, found = validated(_FileSegment, entry)
        if mapping is None:
            return None, found
        text = mapping.text()
    tokens = TokenReader(text, split_tokens(text), SEGMENT_USAGE)
    try:
        segment = parse_segment(tokens)
        tokens.end()
    except CommandError as error:
        return None, [Problem((), str(error))]
    return segment, []
