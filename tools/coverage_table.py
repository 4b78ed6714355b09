"""Which lines the tests reach: Rust by LLVM's counters, Python with all its child processes.

Both run in a copy of the tree whose extension counts too, so that what Python's tests reach in
Rust is seen. The table stands in `docs/reference/coverage.md`; where a part has lost more than
`TOLERANCE_PCT` against it this fails. `--update` writes it anew.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORK = ROOT / "build/coverage"
TREE = WORK / "tree"
TABLE = ROOT / "docs/reference/coverage.md"
TOLERANCE_PCT = 0.5
"""Some lines are reached by chance of timing: a second signal, a slow reader."""
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
ROW = re.compile(r"\| `(?P<part>[^`]+)` \| \d+ \| \d+ \| (?P<percent>[\d.]+) % \|")

COUNTING = {
    "RUSTFLAGS": "-C instrument-coverage",
    "CARGO_TARGET_DIR": str(WORK / "target"),
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
    "CARGO_PROFILE_RELEASE_STRIP": "false",
    "LLVM_PROFILE_FILE": str(WORK / "profiles/%m-%p.profraw"),
    # Threads would wait for each other at every counter.
    "RUST_TEST_THREADS": "1",
}


@dataclass
class Lines:
    """Of a part of the product."""

    all: int = 0
    covered: int = 0

    @property
    def percent(self) -> float:
        """Share of the lines that a test runs, in %, as the table has it."""
        return round(100.0 * self.covered / self.all, 1) if self.all else 100.0


def run(*command: str | Path, passes: Sequence[int] = (0,), **extra: str) -> str:
    """What it printed to stdout. Exits where it ends with another code than these."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=TREE,
        env=os.environ | extra,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode not in passes:
        sys.exit(f"coverage: {command[0]} ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def llvm_tool(name: str) -> str:
    """The tool of the compiler's own LLVM, from the toolchain or from the system."""
    verbose = subprocess.check_output(["rustc", "-vV"], text=True)
    major = re.search(r"LLVM version: (\d+)", verbose)
    host = re.search(r"host: (\S+)", verbose)
    sysroot = subprocess.check_output(["rustc", "--print", "sysroot"], text=True).strip()
    assert major
    assert host
    shipped = Path(sysroot) / "lib/rustlib" / host[1] / "bin" / name
    found = shutil.which(shipped) or shutil.which(f"{name}-{major[1]}")
    if found is None:
        sys.exit(
            f"coverage: {name} of LLVM {major[1]} is missing: install it (rustup component add "
            f"llvm-tools, or Debian's llvm-{major[1]})"
        )
    return found


def copy_the_tree() -> None:
    """Every file under version control, as it is now."""
    shutil.rmtree(TREE, ignore_errors=True)
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, TREE / name
        if source.is_symlink() or source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            # With the time of now: what was compiled of an older copy must not look newer.
            shutil.copy(source, target, follow_symlinks=False)
    (TREE / ".venv").symlink_to(ROOT / ".venv")
    # Tests ask git for the files of the tree; that around this one would say that it ignores them.
    run("git", "init", "--quiet")


def rust_tests() -> list[Path]:
    """Runs them; the programs that were run.

    Without those of `campaign`, which fly for hours of simulated time and would take as long
    under counters: Python's tests fly campaigns too."""
    select = ("--locked", "--workspace", "--exclude", "qiki-py", "--exclude", "qiki-campaign")
    lines = run("cargo", "test", *select, "--no-run", "--message-format=json", **COUNTING)
    built = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    run("cargo", "test", *select, "--quiet", **COUNTING)
    return [Path(entry["executable"]) for entry in built if entry.get("executable")]


def python_tests() -> Path:
    """Runs them over an extension that counts; the extension."""
    run("cargo", "build", "--release", "--locked", "--package", "qiki-py", **COUNTING)
    extension = TREE / "qiki_hil/_core.abi3.so"
    shutil.copy(next((WORK / "target/release").glob("lib*core.so")), extension)
    environment = {
        "LLVM_PROFILE_FILE": COUNTING["LLVM_PROFILE_FILE"],
        "PYTHONPATH": str(TREE),
        "COVERAGE_FILE": str(WORK / "python/data"),
    }
    coverage = (ROOT / ".venv/bin/python", "-m", "coverage", "run")
    parallel = ("-n", "logical", "--dist", "loadfile", "-m", "not serial")
    for select in (parallel, ("-m", "serial")):
        # Counters make the loop late, so a test of its timing can fail. Its lines have run all the
        # same; whether tests pass is what `make test` tells.
        told = run(*coverage, *PYTEST, *select, passes=(0, 1), **environment)
        sys.stdout.writelines(line for line in told.splitlines(True) if "FAILED" in line)
    return extension


def rust_lines(programs: Sequence[Path]) -> dict[str, Lines]:
    """By crate."""
    merged = WORK / "merged.profdata"
    profiles = WORK / "profiles.txt"
    profiles.write_text("".join(f"{path}\n" for path in (WORK / "profiles").glob("*.profraw")))
    run(llvm_tool("llvm-profdata"), "merge", "--sparse", f"--input-files={profiles}", "-o", merged)
    objects = [option for program in programs for option in ("--object", program)]
    exported = run(
        llvm_tool("llvm-cov"), "export", "--summary-only", f"--instr-profile={merged}", *objects
    )
    files = [
        (entry["filename"], entry["summary"]["lines"])
        for data in json.loads(exported)["data"]
        for entry in data["files"]
    ]
    return by_part(
        (f"rust_core/crates/{match[1]}", Lines(lines["count"], lines["covered"]))
        for name, lines in files
        if (match := re.search(r"rust_core/crates/([^/]+)/src/(?!.*tests?(/|\.rs))", name))
    )


def python_lines() -> dict[str, Lines]:
    """By subpackage."""
    environment = {"COVERAGE_FILE": str(WORK / "python/data")}
    coverage = (ROOT / ".venv/bin/python", "-m", "coverage")
    run(*coverage, "combine", **environment)
    run(*coverage, "json", "-q", "-o", WORK / "python.json", **environment)
    files = json.loads((WORK / "python.json").read_text())["files"].items()
    return by_part(
        (python_part(Path(name)), Lines(summary["num_statements"], summary["covered_lines"]))
        for name, entry in files
        for summary in [entry["summary"]]
    )


def python_part(path: Path) -> str:
    """The subpackage of a module, or the package itself."""
    package, *inside = path.parts
    return f"{package}/{inside[0]}" if len(inside) > 1 else package


def by_part(files: Iterable[tuple[str, Lines]]) -> dict[str, Lines]:
    """Sums by the part that a file belongs to."""
    parts: dict[str, Lines] = defaultdict(Lines)
    for part, lines in files:
        parts[part].all += lines.all
        parts[part].covered += lines.covered
    return dict(sorted(parts.items()))


def page(parts: dict[str, Lines]) -> str:
    """The committed page."""
    rows = "".join(
        f"| `{part}` | {lines.all} | {lines.covered} | {lines.percent:.1f} % |\n"
        for part, lines in parts.items()
    )
    return f"""# Coverage

Lines that the tests run. `make coverage` measures it and fails where a part has lost more than
{TOLERANCE_PCT} points; `make coverage-update` writes this page anew. Rust is counted by LLVM, in
the Rust tests (but for those of `campaign`, which fly for hours) and in the Python tests together;
Python with its child processes. Files of tests and generated code are not counted. A line that
runs is not a line that is checked: for the safety code `make mutants` tells that.

| part | lines | covered | share |
|---|---|---|---|
{rows}"""


def losses(parts: dict[str, Lines], committed: str) -> list[str]:
    """What is worse than the committed page, in words."""
    before = {row["part"]: float(row["percent"]) for row in ROW.finditer(committed)}
    return [
        f"{part}: {lines.percent} % of the lines, {before[part]} % in {TABLE.relative_to(ROOT)}"
        for part, lines in parts.items()
        if part in before and not lines.percent >= before[part] - TOLERANCE_PCT
    ]


def main() -> int:
    """Measures, then compares or writes; 1 where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the page anew")
    options = parser.parse_args()
    for name in ("llvm-profdata", "llvm-cov"):
        llvm_tool(name)
    for folder in ("profiles", "python"):
        shutil.rmtree(WORK / folder, ignore_errors=True)
        (WORK / folder).mkdir(parents=True)
    copy_the_tree()
    programs = [*rust_tests(), python_tests()]
    parts = rust_lines(programs) | python_lines()
    if options.update:
        TABLE.write_text(page(parts))
    if not TABLE.exists():
        sys.exit(
            f"coverage: {TABLE.relative_to(ROOT)} is not there: make coverage-update writes it"
        )
    lost = losses(parts, TABLE.read_text())
    for part, lines in parts.items():
        sys.stdout.write(f"{part:32} {lines.percent:5.1f} %  {lines.covered} of {lines.all}\n")
    sys.stdout.writelines(f"lost: {loss}\n" for loss in lost)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
