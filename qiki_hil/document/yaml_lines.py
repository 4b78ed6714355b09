"""YAML with positions: the plain data of a document, and the line of every value in it."""

from typing import Any

import yaml

Path = tuple[str | int, ...]

DEPTH_MAX = 32


def load_with_lines(text: str) -> tuple[Any, dict[Path, int], list[tuple[Path, str]]]:
    """Data, line (1-based) by path, and keys that are given twice as (path, words).

    Raises `yaml.YAMLError` where the text is not YAML.
    """
    _refuse_bombs(text)
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    lines: dict[Path, int] = {}
    doubles: list[tuple[Path, str]] = []
    if node is not None:
        _walk(node, (), lines, doubles)
    return yaml.safe_load(text), lines, doubles


def _refuse_bombs(text: str) -> None:
    """Small texts that unfold without end are told before anything is built from them."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not used here; write the value out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH_MAX:
            raise yaml.YAMLError("nested too deeply")


def _walk(
    node: yaml.Node, path: Path, lines: dict[Path, int], doubles: list[tuple[Path, str]]
) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*path, index), lines, doubles)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                doubles.append(((*path, str(key.value)), "is given twice"))
            seen.add(str(key.value))
            _walk(value, (*path, str(key.value)), lines, doubles)
            lines[(*path, str(key.value))] = key.start_mark.line + 1


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def path_text(path: Path) -> str:
    """`commands[2].do`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "(top)"
