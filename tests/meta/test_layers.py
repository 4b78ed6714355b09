"""Imports go one way. The table is that of `docs/architecture.md`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "qiki_hil"
LAYERS = (
    (
        *("errors", "clock", "identity", "digits", "euler", "pictures", "document", "children"),
        *("_pb", "_core"),
    ),
    ("kernels", "wire", "spec"),
    ("command", "analysis"),
    ("scenario",),
    ("drivers",),
    ("rig",),
    ("control",),
    ("store", "telemetry"),
    ("app",),
    ("campaign",),
    ("console", "__main__"),
)
LAYER_OF = {name: number for number, names in enumerate(LAYERS) for name in names}
# Within a layer modules stand side by side, but for these.
NEIGHBOURS = {
    ("pictures", "errors"): "what cannot be drawn is an error of this package",
    ("document", "errors"): "what cannot be read is an error of this package",
    ("spec", "kernels"): "the numbers of nozzles and clusters are the core's",
    ("wire", "kernels"): "the CRC is the core's",
    ("__main__", "console"): "it starts the command line",
}
CLOCKS = {"time", "datetime", "sched", "timeit"}
CLOCK_USERS = {
    "clock.py": "the one place that reads a clock",
    "store/manifest.py": "datetime formats a time that is an argument",
    "telemetry/cloudevents.py": "datetime formats and parses times that are arguments",
}
MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if "_pb" not in path.relative_to(PACKAGE).parts
)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[str]:
    """Dotted names that a module imports, wherever in it; `from a import b` gives `a.b`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the whole name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own(path: Path) -> str:
    """The folder or module right under the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_from_its_own_folder_and_from_layers_above(path: Path) -> None:
    here = own(path)
    if here == "__init__":
        return
    assert here in LAYER_OF, f"{here} has no layer: give it one here and in docs/architecture.md"
    for name in imports(path):
        root, _, rest = name.partition(".")
        there = rest.partition(".")[0]
        if root != "qiki_hil" or there == here:
            continue
        assert there in LAYER_OF, f"{path}: {name}"
        allowed = LAYER_OF[there] < LAYER_OF[here] or (here, there) in NEIGHBOURS
        assert allowed, f"{here} may not import {name}"


def test_only_kernels_imports_the_core() -> None:
    users = {own(path) for path in MODULES for name in imports(path) if "qiki_hil._core" in name}
    assert users == {"kernels"}


def test_only_drivers_and_the_slcan_rig_open_ports_and_processes() -> None:
    users = {
        (str(path.relative_to(PACKAGE)), name.partition(".")[0])
        for path in MODULES
        for name in imports(path)
        if name.partition(".")[0] in {"can", "serial"}
    }
    assert {path.partition("/")[0] for path, _ in users} == {"drivers"}


def test_only_the_clock_module_reads_a_clock() -> None:
    users = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if CLOCKS & {name.partition(".")[0] for name in imports(path)}
    }
    assert users == set(CLOCK_USERS)


@pytest.mark.parametrize("name", [name for name in CLOCK_USERS if name != "clock.py"])
def test_those_who_format_times_do_not_ask_for_the_present_one(name: str) -> None:
    text = (PACKAGE / name).read_text(encoding="utf-8")
    assert not re.search(r"\.(now|today|utcnow|time|time_ns|monotonic\w*|perf_counter\w*)\(", text)
    assert "import time" not in text


def test_nothing_uses_global_random_numbers_but_names() -> None:
    for path in set(MODULES) - {PACKAGE / "identity.py"}:
        names = set(imports(path))
        assert not {"random", "secrets", "uuid"} & {n.partition(".")[0] for n in names} or (
            names & {"random.Random"}
        ), path
        assert "np.random." not in path.read_text(encoding="utf-8").replace(
            "np.random.default_rng", ""
        ).replace("np.random.Generator", ""), path


def test_the_loop_process_has_neither_asyncio_nor_threads() -> None:
    for path in [*(PACKAGE / "control").glob("*.py"), PACKAGE / "app" / "loop_process.py"]:
        names = {name.partition(".")[0] for name in imports(path)}
        assert not names & {"asyncio", "threading", "logging", "concurrent"}, path


@pytest.mark.parametrize("library", ["pyo3", "numpy"])
def test_only_the_binding_crate_knows_python(library: str) -> None:
    manifests = (ROOT / "rust_core/crates").glob("*/Cargo.toml")
    users = [
        path.parent.name
        for path in manifests
        if re.search(rf"^{library}\b", path.read_text(), re.M)
    ]
    assert users == ["py"]


def test_every_other_crate_forbids_unsafe_code() -> None:
    lints = (ROOT / "Cargo.toml").read_text()
    assert re.search(r'^unsafe_code = "forbid"', lints, re.M)
    for path in (ROOT / "rust_core/crates").glob("*/Cargo.toml"):
        assert path.parent.name == "py" or "[lints]\nworkspace = true" in path.read_text(), path


def test_the_table_of_the_documentation_names_every_layer() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    for names in LAYERS:
        for name in names:
            assert name == "_core" or f"`{name}`" in text, name
