"""Reads a BotSpec's YAML: plain data, the line of every key, and what is wrong with the text.

The YAML is version 1.2 in the points where 1.1 surprises: `ON` is a text, `2e-4` a number.
"""

import re
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath
from typing import Any, NamedTuple

import yaml

from qiki_hil.document import textfile
from qiki_hil.document.problems import Path, Problem, as_texts, listed
from qiki_hil.errors import SpecError

_FLOAT = re.compile(
    r"^(?:[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)
_INT = "tag:yaml.org,2002:int"


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):  # a few lines of them unfold without end
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            text = "aliases (*name) are not used here; write the value out"
            raise yaml.MarkedYAMLError(problem=text, problem_mark=mark)
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    ("bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
    ("int", re.compile(r"^[-+]?[0-9]+$"), "-+0123456789"),
    ("float", _FLOAT, "-+0123456789."),
    ("null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, list(_first))


class Document(NamedTuple):
    """A file's content as plain data."""

    data: dict[str, Any]
    lines: dict[Path, int]
    problems: list[Problem]
    """Duplicate and ill-typed keys; `data` holds everything else."""


def shipped() -> tuple[str, ...]:
    """Names of the specifications that come with the package."""
    files = (entry.name for entry in _shipped_folder().iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml")))


def _shipped_folder() -> Traversable:
    return resources.files("qiki_hil") / "data" / "rigs" / "bots"


def read_text(name_or_path: str | FilePath) -> str:
    """The text behind a shipped name or a path. Raises SpecError where there is none."""
    source = str(name_or_path)
    if isinstance(name_or_path, str) and name_or_path in shipped():
        return (_shipped_folder() / f"{name_or_path}.yaml").read_text(encoding="utf-8")
    if not source:
        text = f"a name or a file is needed; shipped are: {listed(shipped())}"
        raise SpecError("BotSpec", [text])
    try:
        return textfile.read_text(FilePath(name_or_path), "YAML")
    except textfile.TextFileError as error:
        text = str(error)
        if error.missing:
            text = f"no such file, and no shipped specification; shipped are: {listed(shipped())}"
        raise SpecError(source, [text]) from None


def parse(text: str, source: str, start: str = "start from `qiki-hil bot init`") -> Document:
    """Reads YAML into plain data. Raises SpecError where it is no mapping at all.

    `start` says what helps where the text is empty.
    """
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise SpecError(source, [f"is empty; {start}"])
        if not isinstance(node, yaml.MappingNode):
            raise SpecError(source, [f"must be a mapping of sections (line {_line(node)})"])
        builder = _Builder(loader)
        data = builder.build(node, ())
    except RecursionError:
        raise SpecError(source, ["is nested too deeply"]) from None
    except yaml.YAMLError as error:
        raise SpecError(source, [_syntax(error)]) from None
    finally:
        if loader is not None:
            loader.dispose()
    if not data and builder.problems:
        raise SpecError(source, as_texts(builder.problems, builder.lines))
    return Document(data, builder.lines, builder.problems)


def _syntax(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"not YAML: {error.problem} (line {mark.line + 1}, column {mark.column + 1})"
    return f"not YAML: {str(error).splitlines()[0]}"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


class _Builder:
    """Turns YAML nodes into plain data and remembers lines and duplicate keys."""

    def __init__(self, loader: _Loader) -> None:
        self._loader = loader
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, _line(node))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        try:
            if node.tag == _INT:
                return int(node.value)  # PyYAML would read 010 as eight
            return self._loader.construct_object(node)
        except ValueError as error:
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                line = _line(key_node)
                self.problems.append(Problem(path, f"a key must be a text (line {line})"))
                continue
            where = (*path, key)
            if key in data:
                text = f"given twice, lines {self.lines[where]} and {_line(key_node)}; keep one"
                self.problems.append(Problem(where, text))
                continue
            self.lines[where] = _line(key_node)
            data[key] = self.build(value_node, where)
        return data
