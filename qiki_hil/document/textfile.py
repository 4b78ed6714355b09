"""Reads a text file that a user names: a regular file of bounded size, or words on why not."""

import stat
from pathlib import Path

from qiki_hil.errors import QikiError

BYTES_MAX = 1024 * 1024


class TextFileError(QikiError):
    """A file cannot be read as text. `missing` tells the file that is not there."""

    def __init__(self, reason: str, *, missing: bool = False) -> None:
        self.missing = missing
        super().__init__(reason)


def read_text(path: Path, what: str = "text") -> str:
    """The UTF-8 text of a regular file of at most 1 MiB; `what` is the kind of file asked for.

    Raises TextFileError: the reason alone, without the path.
    """
    try:
        # Asked before opening: to open a FIFO waits for its writer, a device may never end.
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise TextFileError(f"is a directory; give a {what} file")
        if not stat.S_ISREG(mode):
            raise TextFileError(f"is not a regular file; give a {what} file")
        with path.open("rb") as file:
            content = file.read(BYTES_MAX + 1)
        if len(content) > BYTES_MAX:
            raise TextFileError(f"is larger than {BYTES_MAX // 1024} KiB; give a {what} file")
        return content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        text = f"is not UTF-8 text (byte {error.start}); give a {what} file"
        raise TextFileError(text) from None
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        reason = getattr(error, "strerror", None) or error
        raise TextFileError(f"cannot be read: {reason}", missing=missing) from None
