"""Writes the reference tables of the thrust and torque maps, rigs/bots/maps/*.json.

    python tools/gen_maps.py           write a table for every bot that ships
    python tools/gen_maps.py --check   exit 1, with a summary, where the committed ones are stale

A table holds what `qiki-hil bot map --json` shows, rounded to a thousandth of a newton or newton
metre; the searches behind it agree far below that on every machine.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from qiki_hil.analysis.maps import map_report
from qiki_hil.spec import BotSpec

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "rigs" / "bots" / "maps"


def generate() -> dict[str, str]:
    """File name and text of each table. Ends the program where a map fails its own checks."""
    tables = {}
    for name in BotSpec.shipped():
        report = map_report(BotSpec.load(name))
        if not report.passed:
            sys.exit(f"gen_maps: {name}: a check fails; see: qiki-hil bot map {name}")
        tables[f"{name}.json"] = as_text(report.table())
    return tables


def as_text(table: dict[str, Any]) -> str:
    """JSON with one set a line, so that a change shows as the sets that it touches."""
    head = json.dumps({k: v for k, v in table.items() if k != "sets"}, indent=2)
    rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in table["sets"])
    return f'{head.removesuffix("}").rstrip()},\n  "sets": [\n{rows}\n  ]\n}}\n'


def committed() -> dict[str, str]:
    """What is there now."""
    return {path.name: path.read_text("utf-8") for path in sorted(OUTPUT.glob("*.json"))}


def differences(wanted: dict[str, str], present: dict[str, str]) -> list[str]:
    """One line for each table that is missing, left over or different."""
    words = {}
    for name in wanted.keys() | present.keys():
        if name not in present:
            words[name] = "missing"
        elif name not in wanted:
            words[name] = "no such bot ships"
        elif wanted[name] != present[name]:
            words[name] = changed(wanted[name], present[name])
    return [f"rigs/bots/maps/{name}: {words[name]}" for name in sorted(words)]


def changed(wanted: str, present: str) -> str:
    """Which sets differ."""
    try:
        rows = [
            {(r["direction"], r["set"]): r for r in json.loads(t)["sets"]}
            for t in (wanted, present)
        ]
    except (ValueError, KeyError, TypeError):
        return "is not a table"
    new, old = rows
    names = [" ".join(key) for key in new if new[key] != old.get(key)]
    return f"differs in {', '.join(names)}" if names else "differs"


def write(wanted: dict[str, str], present: dict[str, str]) -> None:
    """Brings the folder to `wanted`; tables that are right already keep their times."""
    OUTPUT.mkdir(exist_ok=True)
    for name in present.keys() - wanted.keys():
        (OUTPUT / name).unlink()
    for name, text in wanted.items():
        if present.get(name) != text:
            (OUTPUT / name).write_text(text, "utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 where stale")
    options = parser.parse_args(arguments)
    wanted, present = generate(), committed()
    stale = differences(wanted, present)
    if options.check and stale:
        sys.stderr.write("\n".join([*stale, "cure: python tools/gen_maps.py", ""]))
        return 1
    if not options.check:
        write(wanted, present)
    return 0


if __name__ == "__main__":
    sys.exit(main())
