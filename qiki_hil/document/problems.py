"""A broken specification's problems: where each is, in the words of the file."""

import difflib
import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]

_SHOWN_CHARS = 60
_KEY = "[key]"
"""What pydantic appends to a path where a mapping's key, not its value, is wrong."""
_SHOULD = re.compile(r"^(?:Input|String|Tuple) should")


class Problem(NamedTuple):
    """What is wrong at `path`, and what would be right."""

    path: Path
    text: str


Problems = Iterator[Problem]
"""What a check yields."""


def dotted(path: Path) -> str:
    """`("thrusters", 3, "cluster")` as `thrusters[3].cluster`."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".") or "(top)"


def listed(names: Iterable[object]) -> str:
    """Names for a message, sorted."""
    return ", ".join(sorted(str(name) for name in names)) or "none"


def from_pydantic(errors: Sequence[ErrorDetails], root: type[BaseModel]) -> list[Problem]:
    """Pydantic's findings in our words; `root` is the model their paths start at."""
    return [
        Problem(_path(error, root), _text(error, root))
        for error in errors
        if not _follows(error, errors)
    ]


def _follows(error: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """Whether a list only counts as too short because an item of it was refused."""
    loc = error["loc"]
    return error["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in errors
    )


def _path(error: ErrorDetails, root: type[BaseModel]) -> Path:
    """Where the problem is in the file: pydantic's path without what it puts in between."""
    loc = error["loc"]
    path = tuple(step.key for step in _steps(root, loc) if not step.is_tag and step.key != _KEY)
    return (*path, _tag_key(error)) if error["type"].startswith("union_tag") else path


def _tag_key(error: ErrorDetails) -> str:
    return str(error["ctx"]["discriminator"]).strip("'")


def unknown_key(key: str, allowed: Iterable[str]) -> str:
    """The message for a key that nobody knows."""
    allowed = sorted(allowed)
    near = difflib.get_close_matches(key, allowed, n=1)
    hint = f"did you mean {near[0]}?" if near else f"allowed: {listed(allowed)}"
    return f"unknown key; {hint}"


def _text(error: ErrorDetails, root: type[BaseModel]) -> str:
    got = shown(error["input"])
    match error["type"]:
        case "missing":
            return "missing"
        case "string_pattern_mismatch":
            return f"must be a name of letters, digits, '.', '_' and '-', got {got}"
        case "extra_forbidden":
            *parents, key = error["loc"]
            model = _model_at(root, parents)
            return unknown_key(str(key), model.model_fields if model else ())
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"must be a mapping, got {got}"
        case "tuple_type":
            return f"must be a list, got {got}"
        case "union_tag_not_found":
            return "missing"
        case "union_tag_invalid":
            return f"must be {error['ctx']['expected_tags']}, got {error['ctx']['tag']!r}"
        case _:
            return f"{_SHOULD.sub('must', error['msg'])}, got {got}"


def shown(value: object) -> str:
    """A value for a message, cut short."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}..."


class _Step(NamedTuple):
    """One key of pydantic's path, and the type that it leads to."""

    key: str | int
    kind: Any
    is_tag: bool
    """Whether it is no key of the file but says which of several models was read."""


def _steps(root: type[BaseModel], path: Sequence[str | int]) -> Iterator[_Step]:
    kind: Any = root
    for key in path:
        is_tag = get_origin(kind) in _UNIONS
        if is_tag:
            kind = next((model for model in get_args(kind) if _tag(model) == key), None)
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(key))
            kind = _bare(field.annotation) if field else None
        else:
            inner = [arg for arg in get_args(kind) if arg is not Ellipsis]
            kind = _bare(inner[-1]) if inner else None
        yield _Step(key, kind, is_tag)


def _model_at(root: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel] | None:
    kind: Any = root
    for step in _steps(root, path):
        kind = step.kind
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


_UNIONS = (Union, types.UnionType)


def _tag(model: Any) -> str | None:
    """What the first key of a model of a tagged union says, always the same."""
    first = next(iter(model.model_fields.values()))
    return next(iter(get_args(first.annotation)), None)


def _bare(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in _UNIONS:
        given = [arg for arg in get_args(annotation) if arg is not type(None)]
        return given[0] if len(given) == 1 else annotation
    return annotation


def as_texts(problems: Iterable[Problem], lines: Mapping[Path, int]) -> list[str]:
    """One line each, without repetition: `path: text (line n)`, in the order of the file."""
    placed = [(_line(problem.path, lines), problem) for problem in dict.fromkeys(problems)]
    placed.sort(key=lambda item: item[0] or 0)
    return [
        f"{dotted(problem.path)}: {problem.text}" + (f" (line {line})" if line else "")
        for line, problem in placed
    ]


def _line(path: Path, lines: Mapping[Path, int]) -> int | None:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path) if path else None
