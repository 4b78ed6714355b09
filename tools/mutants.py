"""Mutation testing of the safety code: a change that no test notices is a hole in the tests.

Flies every mutant of the files in `tools/mutants.toml` past their tests. Fails on a survivor
that `tools/mutants_survivors.toml` does not explain, and on an entry there that is caught now or
is no mutant any more. `--short` takes a fixed sample, so that its outcome does not depend on luck.
"""

import argparse
import importlib
import os
import random
import shutil
import signal
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from mutant_outcome import ROOT, WORK, Outcome, say
from python_mutants import Mutant, mutants
from rust_mutants import rust_mutants

LIST = ROOT / "tools/mutants.toml"
SURVIVORS = ROOT / "tools/mutants_survivors.toml"
COPIED = ("qiki_hil", "tests", "rigs", "firmware_protocols", "protos", "pyproject.toml")
TEST_TIMEOUT_S = 30
"""For one test: a mutant that hangs is one that was noticed."""
MUTANT_TIMEOUT_S = 120
PRELOADED = (
    "cantools",
    "can",
    "click",
    "google.protobuf",
    "hypothesis",
    "numpy",
    "pydantic",
    "rich",
)


class PythonMutants:
    """Runs mutants in copies of the tree, one copy a worker.

    A worker is a fork of this process, which has the large libraries imported already: a mutant
    costs little more than its tests."""

    def __init__(self, jobs: int) -> None:
        for library in PRELOADED:
            importlib.import_module(library)
        self._free = [_copy_of_the_tree(WORK / f"tree{n}") for n in range(jobs)]
        self._running: dict[int, tuple[Mutant, Path]] = {}

    def run(self, targets: Sequence[dict[str, Any]], sample: int | None, seed: int) -> Outcome:
        """Tries the mutants of all targets, or a sample of them."""
        every = [(target, mutant) for target in targets for mutant in _mutants_of(target)]
        outcome = Outcome(known={_name(mutant) for _, mutant in every})
        self._must_pass(targets)
        if sample is not None:
            every = random.Random(seed).sample(every, min(sample, len(every)))
        for target, mutant in every:
            if not self._free:
                self._collect(outcome)
            self._start(target, mutant)
        while self._running:
            self._collect(outcome)
        return outcome

    def _must_pass(self, targets: Sequence[dict[str, Any]]) -> None:
        for target in targets:
            _, status = os.waitpid(_fork_pytest(self._free[0], target["tests"]), 0)
            if status:
                sys.exit(f"mutants: the tests of {target['file']} fail without any change in it")

    def _start(self, target: dict[str, Any], mutant: Mutant) -> None:
        tree = self._free.pop()
        source = (ROOT / mutant.file).read_bytes()
        (tree / mutant.file).write_bytes(mutant.applied(source))
        self._running[_fork_pytest(tree, target["tests"])] = (mutant, tree)

    def _collect(self, outcome: Outcome) -> None:
        """Waits for one worker."""
        pid, status = os.wait()
        mutant, tree = self._running.pop(pid)
        shutil.copy(ROOT / mutant.file, tree / mutant.file)
        self._free.append(tree)
        outcome.tried.add(_name(mutant))
        if status == 0:
            outcome.survived.add(_name(mutant))
            say(f"  survived: {_name(mutant)} (line {mutant.line})")


def _mutants_of(target: dict[str, Any]) -> list[Mutant]:
    source = (ROOT / target["file"]).read_bytes()
    scopes = target.get("scopes", [])
    found = list(mutants(target["file"], source, tuple(scopes)))
    for scope in scopes:
        if not any(mutant.name.startswith((f"{scope}:", f"{scope}.")) for mutant in found):
            sys.exit(f"mutants: {LIST.name}: nothing to change in {target['file']} under {scope}")
    return found


def _name(mutant: Mutant) -> str:
    return f"{mutant.file}: {mutant.name}"


def _copy_of_the_tree(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ignore = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=ignore)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def _fork_pytest(tree: Path, tests: Sequence[str]) -> int:
    """Process id of a fork that runs these tests in a tree; what they start imports from it too.

    It ends with 0 only where all tests passed: a mutant that breaks the import, or hangs, is
    noticed."""
    if pid := os.fork():
        return pid
    os.chdir(tree)
    sys.path.insert(0, str(tree))
    sys.dont_write_bytecode = True
    os.environ |= {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    signal.alarm(MUTANT_TIMEOUT_S)
    # The thread method leaves SIGALRM to the line above.
    options = [
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]
    options += [f"--timeout={TEST_TIMEOUT_S}", "--timeout-method=thread"]
    os._exit(pytest.main([*options, *tests]))


def judge(outcome: Outcome, explained: dict[str, str], everything: bool) -> list[str]:
    """What is wrong with the survivors, or with the list of them, in words."""
    problems = [f"survived: {name}" for name in sorted(outcome.survived - explained.keys())]
    caught = outcome.tried - outcome.survived
    problems += [
        f"caught now, strike it from the list: {n}" for n in sorted(caught & explained.keys())
    ]
    if everything:
        gone = sorted(explained.keys() - outcome.known)
        problems += [f"no mutant any more, strike it from the list: {name}" for name in gone]
    return problems


def explained_survivors() -> dict[str, str]:
    """Reason by name. Exits where a reason is missing."""
    entries = tomllib.loads(SURVIVORS.read_text()).get("survivor", [])
    for entry in entries:
        if not entry.get("reason"):
            sys.exit(f"mutants: {SURVIVORS.name}: {entry} has no reason")
    return {f"{entry['file']}: {entry['mutant']}": entry["reason"] for entry in entries}


def main() -> int:
    """Tries the mutants; 1 where the tests have a hole that nobody explained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="a fixed sample")
    parser.add_argument("--only", default="", help="files and packages with this in their name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    wanted = tomllib.loads(LIST.read_text())
    python = [t for t in wanted.get("python", []) if options.only in t["file"]]
    rust = [t for t in wanted.get("rust", []) if options.only in t["package"]]
    short = wanted["short"] if options.short else {}
    outcome = Outcome()
    if python:
        part = PythonMutants(options.jobs).run(python, short.get("python"), short.get("seed", 0))
        outcome = outcome.joined(part)
    if rust:
        outcome = outcome.joined(rust_mutants(rust, options.short))
    problems = judge(outcome, explained_survivors(), everything=not options.only)
    for problem in problems:
        say(problem)
    tried, survived = len(outcome.tried), len(outcome.survived)
    say(f"{tried} mutants tried, {survived} survived, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
