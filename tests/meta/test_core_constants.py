"""Numbers and names of the core stand in the core alone: nobody in the package writes them anew.

Looked for: names that the core exports, assigned elsewhere; the counts of nozzles, clusters and
nozzles per cluster as bare numbers where nozzles are counted; lists of names of faults, sensors,
loads and limits.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from qiki_hil import kernels

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "qiki_hil"
MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if "_pb" not in path.relative_to(PACKAGE).parts
)
EXPORTED = {name for name in kernels.__all__ if re.fullmatch(r"[A-Z][A-Z0-9_]+", name)}
WORDS = [
    set(words) for name in EXPORTED if isinstance(words := getattr(kernels, name), tuple | dict)
]
COUNTS = (kernels.NOZZLES, kernels.CLUSTERS, kernels.NOZZLES_PER_CLUSTER)
COUNTED = re.compile(r"nozzle|cluster|thruster|valve", re.I)


def found_in(path: Path) -> Iterator[tuple[str, str]]:
    """Name and reason of whatever looks like a copy."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in (t for target in targets for t in ast.walk(target)):
                if isinstance(name, ast.Name):
                    yield from copies(name.id, node.value)
        elif isinstance(node, ast.For | ast.comprehension):
            yield from counting(node)


def copies(name: str, value: ast.expr) -> Iterator[tuple[str, str]]:
    bare = name.lstrip("_")
    if bare in EXPORTED and not mentions_core(value):
        yield name, f"kernels.{bare} is the core's"
    if COUNTED.search(bare) and isinstance(value, ast.Constant) and value.value in COUNTS:
        yield name, "count nozzles and clusters by the core's numbers"
    for words in WORDS:
        given = {
            item.value
            for item in ast.walk(value)
            if isinstance(item, ast.Constant) and isinstance(item.value, str)
        }
        if len(words) > 2 and words <= given:
            yield name, f"the core exports {sorted(words)}"


def mentions_core(value: ast.expr) -> bool:
    """Whether a value is made from something of the core."""
    names = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
    return bool(names & (EXPORTED | {"kernels"}))


def counting(node: ast.For | ast.comprehension) -> Iterator[tuple[str, str]]:
    """`for nozzle in range(16)`."""
    words = ast.unparse(node.target)
    numbers = (item.value for item in ast.walk(node.iter) if isinstance(item, ast.Constant))
    if COUNTED.search(words) and any(number in COUNTS for number in numbers):
        yield words, "range over the core's numbers of nozzles and clusters"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_holds_a_copy_of_what_the_core_exports(path: Path) -> None:
    assert list(found_in(path)) == []


@pytest.mark.parametrize(
    "source",
    [
        "NOZZLES = 16",
        "_NOZZLES = 16",
        "NOZZLES, CLUSTERS = 16, 4",
        "FRESH_POWER: int = 32",
        "VALVES_PER_NODE = 4",
        "A = [f(nozzle) for nozzle in range(16)]",
        "for cluster in range(4): pass",
        "MINE = ('rates', 'attitude', 'position', 'velocity', 'all')",
        "KINDS = {'stuck_closed': 1, 'stuck_open': 2, 'stuck_closed_unseen': 3,"
        " 'stuck_open_unseen': 4, 'sensor_closed': 5, 'sensor_open': 6}",
    ],
)
def test_a_copy_is_found_however_it_is_written(source: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    assert list(found_in(path))


@pytest.mark.parametrize(
    "source",
    [
        "ROWS = 16",
        "CHUNKS = 4",
        "A = [x for x in range(4)]",
        "NOZZLES_LEFT = NOZZLES - 4",
        "FAULT_KINDS = {name: f(k) for name, k in kernels.FAULT_KINDS.items()}",
    ],
)
def test_what_is_no_copy_is_left_alone(source: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    assert list(found_in(path)) == []
