"""Mutants of Rust source, made and tried by cargo-mutants, which knows the syntax and the types.

It works in a copy of the workspace that stays, one mutant after the other: what is compiled is
compiled anew only where the mutant differs. Other crates' tests do not run.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from mutant_outcome import ROOT, WORK, Outcome, say

CARGO_MUTANTS = ROOT / "build/tools/bin/cargo-mutants"
TREE = WORK / "rust"
COPIED = ("Cargo.toml", "Cargo.lock", "rust_core", "protos")
TIMEOUTS = ("--minimum-test-timeout", "20", "--timeout-multiplier", "5")
"""A mutant that hangs is one that was noticed; the multiple is of the tests without a change."""
UNVIABLE = ("--exclude-re", r" with .*Vector3::(new|from)")
"""Values made up of a type that cargo-mutants does not know: the compiler refuses them all."""
JUDGED = (0, 2, 3)
"""Exit codes of cargo-mutants: all were caught, some were missed, some ran out of time."""
TRIED = {"CaughtMutant": False, "Timeout": False, "MissedMutant": True}
"""Survival by outcome. A mutant that the compiler refuses counts for nothing."""


def rust_mutants(targets: Sequence[dict[str, Any]], short: bool) -> Outcome:
    """Tries the mutants of all targets; in short those with a `short_share`, every so many-th."""
    _copy_the_workspace()
    outcome = Outcome()
    for target in targets:
        names = _names(json.loads(_cargo_mutants(target, "--list", "--json")))
        outcome.known |= set(names.values())
        if not short:
            _try(target, (), names, outcome)
        elif "short_share" in target:
            shard = f"0/{target['short_share']}"
            _try(target, ("--shard", shard, "--sharding", "round-robin"), names, outcome)
    return outcome


def _try(
    target: dict[str, Any], options: Sequence[str], names: dict[str, str], outcome: Outcome
) -> None:
    folder = WORK / target["package"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _begin_afresh(target["files"])
    # Nobody looks at a mutant with a debugger; without its symbols it is built sooner.
    symbols = f"--cargo-arg=--config=profile.test.package.{target['package']}.debug=false"
    where = ("--in-place", "--output", str(folder))
    _cargo_mutants(target, *where, *options, *TIMEOUTS, symbols, "--", *target["tests"])
    for entry in json.loads((folder / "mutants.out/outcomes.json").read_text())["outcomes"]:
        # The first is the run without a change.
        if isinstance(entry["scenario"], dict) and entry["summary"] in TRIED:
            name = names[entry["scenario"]["Mutant"]["name"]]
            outcome.tried.add(name)
            if TRIED[entry["summary"]]:
                outcome.survived.add(name)
                say(f"  survived: {name}")


def _names(listed: Sequence[dict[str, Any]]) -> dict[str, str]:
    """`file: change` by the name that cargo-mutants gives, which has a line and column too."""
    names: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for mutant in listed:
        name = f"{mutant['file']}: {mutant['name'].split(': ', 1)[-1]}"
        seen[name] += 1
        names[mutant["name"]] = name if seen[name] == 1 else f"{name} #{seen[name]}"
    return names


def _copy_the_workspace() -> None:
    """Times of change are kept: cargo compiles anew only what changed since the last time."""
    shutil.rmtree(TREE, ignore_errors=True)
    TREE.mkdir(parents=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, TREE / name)
        else:
            shutil.copy2(ROOT / name, TREE / name)


def _begin_afresh(patterns: Sequence[str]) -> None:
    """Marks the files as changed: what is compiled from them holds the last mutant of before."""
    for pattern in patterns:
        files = list(TREE.glob(pattern))
        if not files:
            sys.exit(f"mutants: mutants.toml: no file {pattern}")
        for path in files:
            path.touch()


def _cargo_mutants(target: dict[str, Any], *options: str) -> str:
    """What it printed. Its build folder is the project's: libraries are compiled already."""
    files = [option for file in target["files"] for option in ("--file", file)]
    package = ("--package", target["package"])
    command = [CARGO_MUTANTS, "mutants", "--dir", TREE, *package, *files, *UNVIABLE]
    done = subprocess.run(
        [*command, *options],
        cwd=ROOT,
        env=os.environ | {"CARGO_TARGET_DIR": str(ROOT / "target")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode not in JUDGED:
        sys.exit(f"mutants: cargo-mutants ended with {done.returncode}\n{done.stdout}")
    return done.stdout
