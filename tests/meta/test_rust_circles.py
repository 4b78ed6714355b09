"""Crates and their files depend one way: no circle between files, no arrow upward between crates.

The graph of a crate's files is read from its source: `use` trees and paths that start with
`crate`, `self` or `super`. A name that a module re-exports leads to the file that defines it.
Comments, string literals, tests and re-exports themselves are no dependencies. The layers of the
crates are those of the table in `docs/architecture.md`.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CRATES = ROOT / "rust_core/crates"
NAMES = sorted(path.parent.name for path in CRATES.glob("*/Cargo.toml"))

COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?\*/|r#".*?"#|b?"(?:\\.|[^"\\])*"|b?\'(?:\\.[^\']*|[^\\\'])\'', re.S
)
TEST_ITEM = re.compile(
    r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?mod\s+\w+\s*"
)
USE = re.compile(r"(?P<public>\bpub(?:\([^)]*\))?\s+)?\buse\s+(?P<tree>[^;]+);")
MOD = re.compile(r"\bmod\s+(\w+)\s*;")
INLINE = re.compile(r"(?<![\w:$])((?:crate|self|super)(?:\s*::\s*\w+)+)")

Parts = tuple[str, ...]


def without_noise(text: str) -> str:
    """The source without comments, strings and test modules."""
    text = COMMENT_OR_STRING.sub(" ", text)
    while found := TEST_ITEM.search(text):
        end = found.end()
        if text[end] == "{":
            depth = 0
            for end in range(found.end(), len(text)):
                depth += {"{": 1, "}": -1}.get(text[end], 0)
                if depth == 0:
                    break
        text = text[: found.start()] + text[end + 1 :]
    return text


def segments(path: str) -> Parts:
    return tuple(part for part in re.split(r"\s*::\s*", path.strip()) if part)


def leaves(tree: str) -> Iterator[tuple[Parts, str]]:
    """Every path of a `use` tree, and the name it is bound to: `a::{b, c as d}` gives two."""
    head, brace, rest = tree.partition("{")
    prefix = segments(head)
    if not brace:
        path, _, alias = tree.partition(" as ")
        yield segments(path), alias.strip() or segments(path)[-1]
        return
    for branch in branches(rest[: rest.rindex("}")]):
        for parts, name in leaves(branch):
            yield (prefix, prefix[-1]) if parts == ("self",) else (prefix + parts, name)


def branches(inside: str) -> Iterator[str]:
    """The parts of a braced list, split at the commas of its own level."""
    depth, part = 0, ""
    for character in inside:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "," and depth == 0:
            yield part.strip()
            part = ""
        else:
            part += character
    if part.strip():
        yield part.strip()


@dataclass
class Module:
    """One file of a crate."""

    path: Parts
    uses: list[Parts] = field(default_factory=list)
    exports: dict[str, Parts] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "::".join(self.path) or "lib"


def read_module(path: Parts, text: str) -> Module:
    module = Module(path)
    text = without_noise(text)
    for found in USE.finditer(text):
        for target, name in leaves(found["tree"]):
            if found["public"]:
                module.exports[name] = target
            else:
                module.uses.append(target)
    text = USE.sub(" ", text)
    module.uses += [segments(path) for path in INLINE.findall(text)]
    children = [child for child in MOD.findall(text) if re.search(rf"(?<![\w:]){child}\s*::", text)]
    module.uses += [("self", child) for child in children]
    return module


class Crate:
    """The files of a crate and what each of them uses of the others."""

    def __init__(self, sources: dict[Parts, str]) -> None:
        self.modules = {path: read_module(path, text) for path, text in sources.items()}

    @classmethod
    def read(cls, name: str) -> "Crate":
        source = CRATES / name / "src"
        sources = {}
        for file in source.rglob("*.rs"):
            parts = file.relative_to(source).with_suffix("").parts
            if parts[-1] in {"lib", "mod"}:
                parts = parts[:-1]
            if "tests" not in parts:
                sources[parts] = file.read_text(encoding="utf-8")
        return cls(sources)

    def defining(self, here: Parts, target: Parts, depth: int = 0) -> Parts | None:
        """The file that defines what `target` names in the file `here`; None for another crate."""
        at: Parts = here
        rest = list(target)
        if rest[0] == "crate":
            at, rest = (), rest[1:]
        elif rest[0] in {"self", "super"}:
            while rest and rest[0] in {"self", "super"}:
                at = at[:-1] if rest.pop(0) == "super" else at
        elif (*here, rest[0]) not in self.modules:
            return None
        while rest and (*at, rest[0]) in self.modules:
            at = (*at, rest.pop(0))
        exported = self.modules[at].exports.get(rest[0]) if rest else None
        if exported is None or depth > 8:
            return at
        return self.defining(at, exported, depth + 1) or at

    def graph(self) -> dict[Parts, set[Parts]]:
        found: dict[Parts, set[Parts]] = {}
        for path, module in self.modules.items():
            targets = (self.defining(path, target) for target in module.uses)
            found[path] = {target for target in targets if target is not None and target != path}
        return found

    def circles(self) -> set[frozenset[str]]:
        graph = self.graph()
        reach = {path: reached(graph, path) for path in graph}
        together = (
            frozenset(there for there in reach[here] if here in reach[there]) for here in graph
        )
        return {
            frozenset(self.modules[path].name for path in circle)
            for circle in together
            if len(circle) > 1
        }


def reached(graph: dict[Parts, set[Parts]], start: Parts) -> set[Parts]:
    """All that can be reached from `start` in one step or more."""
    seen: set[Parts] = set()
    waiting = list(graph[start])
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += graph[path]
    return seen


@pytest.mark.parametrize("name", NAMES)
def test_the_files_of_a_crate_form_no_circle(name: str) -> None:
    found = [" <-> ".join(sorted(circle)) for circle in Crate.read(name).circles()]
    assert not found, f"{name}: move what the files share below them: {found}"


def layer_table() -> dict[str, int]:
    """Crate to layer, from the table of crates in the documentation."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    table = text.partition("## Crates")[2].partition("\n## ")[0]
    layer_of: dict[str, int] = {}
    for number, cell in re.findall(r"^\| (\d+) [^|]*\| ([^|]+)\|", table, re.M):
        for crate in re.findall(r"`(\w+)`", cell):
            assert crate not in layer_of, f"{crate} stands in two layers"
            layer_of[crate] = int(number)
    return layer_of


def dependencies(name: str) -> set[str]:
    manifest = tomllib.loads((CRATES / name / "Cargo.toml").read_text(encoding="utf-8"))
    return {
        crate.removeprefix("qiki-")
        for crate in manifest.get("dependencies", {})
        if crate.startswith("qiki-")
    }


def test_the_table_of_crates_is_complete() -> None:
    assert sorted(layer_table()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_crate_depends_on_crates_of_lower_layers_only(name: str) -> None:
    layer_of = layer_table()
    upward = sorted(dep for dep in dependencies(name) if layer_of[dep] >= layer_of[name])
    assert not upward, f"{name} (layer {layer_of[name]}) depends on {upward}"


def circles(**files: str) -> set[frozenset[str]]:
    sources = {
        tuple(name.split("__")) if name != "lib" else (): text for name, text in files.items()
    }
    return Crate(sources | ({} if () in sources else {(): ""})).circles()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("use crate::b::B;", "use crate::a::A;"),
        ("use super::b::B;", "fn f() -> crate::a::A { crate::a::A }"),
        ("use crate::{b::{self, B}, c};", "use self::super::a;"),
        ("use crate::B as Other;", "use crate::a::{A};"),
    ],
)
def test_a_circle_is_found_however_it_is_written(a: str, b: str) -> None:
    assert circles(lib="mod a; mod b; pub use b::B;", a=a, b=b) == {frozenset("ab")}


@pytest.mark.parametrize(
    "b",
    [
        "use std::fmt; // use crate::a::A;",
        "#[cfg(test)] mod tests { use crate::a::A; fn f() { {} } }",
        "/// See [`crate::a::A`].\nstruct B;",
        'const TEXT: &str = "crate::a::A";',
        "use qiki_craft::a::A;",
    ],
)
def test_what_is_no_dependency_closes_no_circle(b: str) -> None:
    assert circles(lib="mod a; mod b;", a="use crate::b::B;", b=b) == set()


@pytest.mark.parametrize("use", ["use c::C;", "fn f() { c::g() }"])
def test_a_file_and_its_child_that_use_each_other_form_a_circle(use: str) -> None:
    assert circles(a=f"mod c; {use}", a__c="use super::A;") == {frozenset({"a", "a::c"})}
