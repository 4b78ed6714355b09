"""Writes a file that a user names: whole or not at all, and never in the place of a device."""

import os
import stat
import tempfile
from pathlib import Path

from qiki_hil.errors import QikiError


def check_writable(path: Path, what: str, *, replace: bool) -> None:
    """Raises QikiError where `write_file` would refuse; `what` is the kind of file asked for."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # not there, or told when it is written
    if stat.S_ISDIR(mode):
        raise QikiError(f"{path}: is a directory; give the name of a {what} file")
    if not stat.S_ISREG(mode):
        raise QikiError(f"{path}: is not a regular file; give the name of a {what} file")
    if not replace:
        raise QikiError(f"{path}: exists already; give another name, or --force to replace it")


def write_file(path: Path, text: str, what: str, *, replace: bool) -> None:
    """Writes beside the file and moves it into place, so that nobody sees half of it. Behind a
    symbolic link its target is written. Raises QikiError."""
    check_writable(path, what, replace=replace)
    try:
        target = path.resolve()
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(draft, 0o644)
            if replace:
                os.replace(draft, target)
            else:
                os.link(draft, target)  # refuses a file that came in the meantime
        finally:
            Path(draft).unlink(missing_ok=True)
    except FileExistsError:
        raise QikiError(f"{path}: exists already; give another name, or --force") from None
    except (OSError, RuntimeError) as error:  # RuntimeError: a circle of links
        reason = getattr(error, "strerror", None) or str(error)
        raise QikiError(f"{path}: cannot be written: {reason}") from error
