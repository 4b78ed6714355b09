"""Reads YAML 1.2 into plain data, with the line of every key and what is wrong with the text.

A document is bounded before anything is built from it: `textfile.BYTES_MAX` bytes of text,
`DEPTH_MAX` levels, and no aliases at all. Aliases are what makes a few lines unfold without end
("a billion laughs"); no file of this package has a use for them.
"""

from typing import Any, NamedTuple

import yaml

from qiki_hil.document import schema
from qiki_hil.document.problems import Path, Problem, as_texts
from qiki_hil.errors import DocumentError

DEPTH_MAX = 32
"""Levels of nesting. The deepest file that ships has six."""


class Document(NamedTuple):
    """A file's content as plain data."""

    data: Any
    """A mapping, or a list where the file is one."""
    lines: dict[Path, int]
    """Line of every key and item, 1-based."""
    problems: list[Problem]
    """Keys given twice and values that cannot be read; `data` holds everything else."""


def parse(
    text: str, source: str, error: type[DocumentError], *, top: type = dict, start: str = ""
) -> Document:
    """Reads the YAML of a file whose top is a mapping, or a list (`top=list`).

    `source` names the file in messages; `start` says what helps where the text is empty.
    Raises `error` where nothing can be read: no YAML, beyond a bound, or another type at the top.
    """
    kind = yaml.MappingNode if top is dict else yaml.SequenceNode
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.YAMLError as failure:
        raise error(source, [_words(failure)]) from None
    finally:
        if loader is not None:
            loader.dispose()
    if node is None:
        raise error(source, ["is empty" + (f"; {start}" if start else "")])
    if not isinstance(node, kind):
        name = "mapping of keys" if top is dict else "list"
        raise error(source, [f"must be a {name} (line {_line(node)})"])
    builder = _Builder()
    data = builder.build(node, ())
    if not data and builder.problems:
        raise error(source, as_texts(builder.problems, builder.lines))
    return Document(data, builder.lines, builder.problems)


class _RefusedError(yaml.MarkedYAMLError):
    """YAML that is beyond what these files may be."""


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            text = "aliases (*name) are not used here; write the value out"
            raise _RefusedError(problem=text, problem_mark=mark)
        if self._depth >= DEPTH_MAX and not self.check_event(yaml.ScalarEvent):
            text = f"is nested too deeply; {DEPTH_MAX} levels are allowed"
            raise _RefusedError(problem=text, problem_mark=mark)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


for _tag, _pattern, _first in schema.PLAIN:
    _Loader.add_implicit_resolver(_tag, _pattern, _first)


def _words(failure: yaml.YAMLError) -> str:
    prefix = "" if isinstance(failure, _RefusedError) else "is not YAML: "
    if isinstance(failure, yaml.MarkedYAMLError) and failure.problem_mark is not None:
        mark = failure.problem_mark
        return f"{prefix}{failure.problem} (line {mark.line + 1}, column {mark.column + 1})"
    return f"{prefix}{str(failure).splitlines()[0]}"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


class _Builder:
    """Turns YAML nodes into plain data and remembers lines and problems."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []

    def build(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, _line(node))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if node.tag not in (schema.MAP, schema.SEQ):
            self._unknown_tag(node, path)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        if node.tag not in schema.VALUES:
            self._unknown_tag(node, path)
            return node.value
        try:
            return schema.VALUES[node.tag](node.value)
        except ValueError as error:
            self.problems.append(Problem(path, str(error)))
            return None

    def _unknown_tag(self, node: yaml.Node, path: Path) -> None:
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        self.problems.append(Problem(path, f"tag {tag} is not known here; leave it out"))

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
