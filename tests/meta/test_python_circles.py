"""Modules of the package depend one way: no circle, wherever in a module the import stands."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "qiki_hil"


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {
    dotted(path): path
    for path in PACKAGE.rglob("*.py")
    if "_pb" not in path.relative_to(PACKAGE).parts
}


def imported(name: str) -> Iterator[str]:
    """Modules that the module `name` imports. `from a import b` is `a.b` where that is a module,
    else `a`; importing `a.b` runs `a` too, but a package may import its own modules."""
    for node in ast.walk(ast.parse(FILES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in FILES)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in FILES:
                    yield whole
                elif node.module in FILES:
                    yield node.module


def reached(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += graph[name]
    return seen


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {name: set(imported(name)) - {name} for name in FILES}
    within = {name: reached(graph, name) for name in FILES}
    circles = {
        frozenset(other for other in within[name] if name in within[other])
        for name in FILES
        if name in within[name]
    }
    assert not [" <-> ".join(sorted(circle)) for circle in circles]
