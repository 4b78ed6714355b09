"""Checks plain data against a pydantic model; findings in our words, with paths of the file."""

import re
import types
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from qiki_hil.document.problems import Path, Problem, shown
from qiki_hil.document.suggest import unknown_key

Model = TypeVar("Model", bound=BaseModel)

_KEY = "[key]"
"""What pydantic appends to a path where a mapping's key, not its value, is wrong."""
_SHOULD = re.compile(r"^(?:Input|String|Tuple|List) should")
_NEED = re.compile(r"^must be (.*), got ")
_UNIONS = (Union, types.UnionType)


def validated(
    model: type[Model], data: Any, context: dict[str, Any] | None = None
) -> tuple[Model | None, list[Problem]]:
    """The model of plain data, or None and every problem."""
    try:
        return model.model_validate(data, context=context), []
    except ValidationError as error:
        return None, from_pydantic(error.errors(include_url=False), model)


def from_pydantic(errors: Sequence[ErrorDetails], root: type[BaseModel]) -> list[Problem]:
    """Pydantic's findings in our words; `root` is the model their paths start at."""
    found: dict[Path, list[str]] = {}
    for error in errors:
        if not _follows(error, errors, root):
            found.setdefault(_path(error, root), []).append(_text(error, root))
    return [Problem(path, text) for path, texts in found.items() for text in _joined(texts)]


def _joined(texts: list[str]) -> list[str]:
    """One finding where a value may be one of several types, not one for each of them."""
    needs = [_NEED.match(text) for text in texts]
    kinds = [need[1] for need in needs if need]
    if len(texts) == 1 or len(kinds) < len(texts):
        return texts
    got = texts[0].partition(", got ")[2]
    return [f"must be {' or '.join(kinds)}, got {got}"]


def _follows(error: ErrorDetails, errors: Sequence[ErrorDetails], root: type[BaseModel]) -> bool:
    """Whether it only says again that something inside was refused: a list that counts as too
    short for an item of it, or another type that the value would be allowed to have."""
    path = _path(error, root)
    if error["type"] == "too_short" or _is_choice(error, root):
        others = [_path(other, root) for other in errors]
        return any(len(other) > len(path) and other[: len(path)] == path for other in others)
    return False


def _is_choice(error: ErrorDetails, root: type[BaseModel]) -> bool:
    """Whether it speaks of one member of a union."""
    steps = list(_steps(root, error["loc"]))
    return bool(steps) and steps[-1].is_tag


def _path(error: ErrorDetails, root: type[BaseModel]) -> Path:
    """Where the problem is in the file: pydantic's path without what it puts in between."""
    loc = error["loc"]
    path = tuple(step.key for step in _steps(root, loc) if not step.is_tag and step.key != _KEY)
    return (*path, _tag_key(error)) if error["type"].startswith("union_tag") else path


def _tag_key(error: ErrorDetails) -> str:
    return str(error["ctx"]["discriminator"]).strip("'")


def _text(error: ErrorDetails, root: type[BaseModel]) -> str:
    got = shown(error["input"])
    match error["type"]:
        case "missing":
            return "missing"
        case "string_pattern_mismatch":
            return _pattern_text(error["ctx"]["pattern"], got)
        case "extra_forbidden":
            *parents, key = error["loc"]
            model = _model_at(root, parents)
            return unknown_key(str(key), model.model_fields if model else ())
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"must be a mapping, got {got}"
        case "tuple_type" | "list_type":
            return f"must be a list, got {got}"
        case "union_tag_not_found":
            return "missing"
        case "union_tag_invalid":
            return f"must be {error['ctx']['expected_tags']}, got {error['ctx']['tag']!r}"
        case _:
            return f"{_SHOULD.sub('must', error['msg'])}, got {got}"


def _pattern_text(pattern: str, got: str) -> str:
    if "." in pattern:
        return f"must be a name of letters, digits, '.', '_' and '-', got {got}"
    return f"must be a letter a-z and up to 63 more of a-z, 0-9, '_' and '-', got {got}"


class _Step(NamedTuple):
    """One key of pydantic's path, and the type that it leads to."""

    key: str | int
    kind: Any
    is_tag: bool
    """Whether it is no key of the file but says which member of a union was read."""


def _steps(root: type[BaseModel], path: Sequence[str | int]) -> Iterator[_Step]:
    kind: Any = root
    for key in path:
        is_tag = get_origin(kind) in _UNIONS
        if is_tag:
            kind = next((model for model in get_args(kind) if key in _labels(model)), None)
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


def _labels(member: Any) -> tuple[Any, ...]:
    """What pydantic calls a member of a union: its name, and with a discriminator the value of
    its first key, which is always the same."""
    if not (isinstance(member, type) and issubclass(member, BaseModel)):
        return (getattr(member, "__name__", None),)
    first = next(iter(member.model_fields.values()))
    return (member.__name__, *get_args(first.annotation)[:1])


def _bare(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in _UNIONS:
        given = [arg for arg in get_args(annotation) if arg is not type(None)]
        return given[0] if len(given) == 1 else annotation
    return annotation
