"""`thruster_defaults`: what all 16 nozzles share is written once in the file."""

from typing import Any, NamedTuple

from qiki_hil.document import Path, Problem, shown

THRUSTER_DEFAULTS = "thruster_defaults"


class Expanded(NamedTuple):
    """A file's data with full rows, and which of their values came from the defaults."""

    data: dict[str, Any]
    inherited: frozenset[Path]
    problems: list[Problem]

    def written_at(self, path: Path) -> Path:
        """Where the value at `path` stands in the file."""
        for length in range(3, len(path) + 1):
            if path[:length] in self.inherited:
                return (THRUSTER_DEFAULTS, *path[2:])
        return path


def expand(data: dict[str, Any]) -> Expanded:
    """Fills in every thruster row from the defaults; the row wins."""
    data = dict(data)
    defaults = data.pop(THRUSTER_DEFAULTS, {})
    rows = data.get("thrusters")
    if not isinstance(defaults, dict):
        text = f"must be a mapping, got {shown(defaults)}"
        return Expanded(data, frozenset(), [Problem((THRUSTER_DEFAULTS,), text)])
    inherited: set[Path] = set()
    if isinstance(rows, list):
        data["thrusters"] = [
            _merged(row, defaults, ("thrusters", index), inherited)
            for index, row in enumerate(rows)
        ]
    return Expanded(data, frozenset(inherited), [])


def _merged(row: Any, defaults: Any, path: Path, inherited: set[Path]) -> Any:
    if not isinstance(row, dict) or not isinstance(defaults, dict):
        return row
    merged = dict(row)
    for key, value in defaults.items():
        if key in row:
            merged[key] = _merged(row[key], value, (*path, key), inherited)
        else:
            merged[key] = value
            inherited.add((*path, key))
    return merged


def factored(rows: list[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The reverse: what all rows share, and the rest of each row."""
    first = rows[0]
    shared = {key: first[key] for key in first if all(row[key] == first[key] for row in rows)}
    rest = [{key: row[key] for key in row if key not in shared} for row in rows]
    return shared, rest
