"""Files that come with the package, found by name; any other by its path."""

import os
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from qiki_hil.document.suggest import allowed_words
from qiki_hil.document.textfile import TextFileError, read_text
from qiki_hil.errors import QikiError

SUFFIXES = (".yaml", ".yml")


class SourceText(NamedTuple):
    """A file's text, what to call it in messages, and where it is; None for one that ships."""

    text: str
    source: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class ShippedFiles:
    """The files of one kind. `folder` is below the package's `data/rigs`; with `member` a name is
    that of a folder, and the file in it is called so."""

    kind: str
    folder: str
    error: type[QikiError]
    """Of a file that is not there or cannot be read."""
    member: str = ""

    def names(self) -> list[str]:
        """Names of the files that come with the package, sorted."""
        entries = self._root().iterdir()
        if self.member:
            return sorted(entry.name for entry in entries if (entry / self.member).is_file())
        return sorted(e.name.removesuffix(".yaml") for e in entries if e.name.endswith(".yaml"))

    def read(self, name_or_path: str | Path) -> SourceText:
        """A text that is the name of a shipped file means that one. A path is whatever has a slash,
        ends in .yaml or .yml, or is a file that exists.

        Raises `error`, naming what ships where it is neither.
        """
        source = str(name_or_path)
        if isinstance(name_or_path, str) and source in self.names():
            file = f"{source}/{self.member}" if self.member else f"{source}.yaml"
            text = (self._root() / file).read_text(encoding="utf-8")
            return SourceText(text, f"{source}.yaml", None)
        if isinstance(name_or_path, str) and not self._is_path(source):
            raise self.error(
                f"{self.kind} {source!r} does not ship with the package"
                f"{allowed_words(source, self.names())}, or the path of a .yaml file"
            )
        return self._read_path(Path(name_or_path))

    def _read_path(self, path: Path) -> SourceText:
        if self.member and os.path.isdir(path):  # unlike Path.is_dir, never an error
            path = path / self.member
        try:
            return SourceText(read_text(path, "YAML"), str(path), path)
        except TextFileError as error:
            raise self.error(f"{self.kind} {path}: {error}") from None

    def _is_path(self, source: str) -> bool:
        if "/" in source or source.endswith(SUFFIXES):
            return True
        # A bare word that does not ship is more often misspelt than a file: only one that is there.
        return os.path.isfile(source) or (bool(self.member) and os.path.isdir(source))

    def _root(self) -> Traversable:
        return files("qiki_hil") / "data" / "rigs" / self.folder
