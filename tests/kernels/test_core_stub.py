"""The face of the core: its docstrings are those of its stub, and it takes whatever is an array."""

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qiki_hil._core import PulseAllocator
from qiki_hil.kernels import (
    NOZZLES,
    Allocator,
    ModulatorCore,
    PlantCore,
    ThrustMapCore,
)
from qiki_hil.spec import BotSpec

CORE = importlib.import_module("qiki_hil._core")
STUB = Path(str(CORE.__file__)).with_name("_core.pyi")
SPEC = BotSpec.load("dodeca-01")
WRENCH = [10.0, 0.0, -5.0, 0.0, 1.0, 0.0]
FULL = [50.0] * NOZZLES


def documented() -> Iterator[tuple[str, str]]:
    """Every class, method, property and function of the stub, and its docstring there."""
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name, ast.get_docstring(node) or ""
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.FunctionDef) and not item.name.startswith("__"):
                    yield f"{node.name}.{item.name}", ast.get_docstring(item) or ""


@pytest.mark.parametrize(("name", "text"), tuple(documented()), ids=lambda text: text[:40])
def test_the_core_has_the_docstrings_of_its_stub(name: str, text: str) -> None:
    owner, _, member = name.partition(".")
    thing = getattr(CORE, owner)
    thing = getattr(thing, member) if member else thing
    assert text, "no docstring in the stub"
    assert (inspect.getdoc(thing) or "").split() == text.split()


def plant() -> PlantCore:
    return PlantCore(SPEC.core_json(), 0.002, 1, [0] * 3, [0] * 3, [0, 0, 0, 1], [0] * 3)


def effectiveness() -> Any:
    return SPEC.effectiveness


CALLS: dict[str, Callable[[Any], object]] = {
    "wrench": lambda given: Allocator.from_spec(SPEC).solve(given).thrust_n.tolist(),
    "lo": lambda given: Allocator.from_spec(SPEC).reach(WRENCH, given),
    "wrenches": lambda given: Allocator.from_spec(SPEC).solve_batch(given).tolist(),
    "effectiveness": lambda given: ThrustMapCore(given, FULL, FULL).lost(0),
    "price": lambda given: PulseAllocator(effectiveness(), given).solve(WRENCH, FULL, FULL) is None,
    "level": lambda given: ModulatorCore.remainder(3, 2000, (0.03, 0.03, 1.0)).step(given).tolist(),
    "on_time_s": lambda given: plant().step(given),
}
USABLE: dict[str, Any] = {
    "wrench": WRENCH,
    "lo": [0.0] * NOZZLES,
    "wrenches": [WRENCH, WRENCH],
    "effectiveness": SPEC.effectiveness.tolist(),
    "price": [1.0] * 6,
    "level": [0.5, 0.0, 1.0],
    "on_time_s": [0.0] * NOZZLES,
}


@pytest.mark.parametrize("name", CALLS)
def test_whatever_numpy_makes_an_array_of_is_taken(name: str) -> None:
    call, values = CALLS[name], USABLE[name]
    want = call(np.array(values, dtype=np.float64))
    assert call(values) == want
    assert call(tuple(values)) == want
    strided = np.repeat(np.array(values), 2, axis=-1)[..., ::2]
    assert call(strided) == want
    single = np.array(values, dtype=np.float32)
    assert call(single) == call(single.astype(np.float64))


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("given", ["six", object(), [[1.0], [1.0, 2.0]], ["a"] * 6])
def test_what_is_no_array_is_refused_by_name(name: str, given: object) -> None:
    words = rf"^{name}: {type(given).__name__} given, numbers of shape \(.*\) needed$"
    with pytest.raises(ValueError, match=words):
        CALLS[name](given)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("given", "shape"), [(1.0, r"\(\)"), ([1.0], r"\(1,\)"), (np.zeros((2, 3, 4)), r"\(2, 3, 4\)")]
)
def test_a_wrong_shape_is_refused_by_name(name: str, given: object, shape: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name}: shape {shape} given, \(.*\) needed$"):
        CALLS[name](given)
