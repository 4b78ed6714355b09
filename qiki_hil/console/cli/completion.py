"""What a shell offers where a name is wanted, by click's own completion."""

from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

RUNS = Path("runs")
"""Where runs are kept unless told otherwise."""
Completion = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def names_or_files(names: Callable[[], Iterable[str]]) -> Completion:
    """Offers names, and where none fits, files."""

    def complete(
        context: click.Context,  # noqa: ARG001
        parameter: click.Parameter,  # noqa: ARG001
        incomplete: str,
    ) -> list[CompletionItem]:
        found = [CompletionItem(name) for name in names() if name.startswith(incomplete)]
        return found or [CompletionItem(incomplete, type="file")]

    return complete


def run_ids(
    context: click.Context,
    parameter: click.Parameter,
    incomplete: str,
) -> list[CompletionItem]:
    """Offers the runs in the directory that `--runs` names; where an argument takes many, those
    that it does not have yet."""
    taken = context.params.get(parameter.name or "") or ()
    return [
        CompletionItem(path.name)
        for path in _runs(context.params.get("root") or RUNS)
        if path.name.startswith(incomplete) and path.name not in taken
    ]


def run_folders(
    context: click.Context,  # noqa: ARG001
    parameter: click.Parameter,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """Offers the runs in `runs` by their paths, and where none fits, directories."""
    paths = [str(path) for path in _runs(RUNS)]
    found = [CompletionItem(path) for path in paths if path.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="dir")]


def _runs(root: Path) -> list[Path]:
    from qiki_hil.app.run.past import run_paths

    return run_paths(Path(root))
