"""matplotlib as this package uses it: with its own defaults, whatever the user has set.

A picture must look the same everywhere, and settings that break (a `matplotlibrc` that cannot be
read, `text.usetex` without TeX, an unknown backend) must not break a command.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qiki_hil.errors import QikiError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BACKEND = "MPLBACKEND"


@contextmanager
def default_settings(style: Mapping[str, Any] | None = None) -> Iterator[None]:
    """A block in which matplotlib has its defaults, and `style` above them. Figures are made and
    saved in it."""
    matplotlib = _matplotlib()
    with matplotlib.rc_context():
        settings = dict(dict.items(matplotlib.rcParamsDefault))
        del settings["backend"]  # files are written without one
        dict.update(matplotlib.rcParams, settings)
        matplotlib.rcParams.update(style or {})
        yield


def write_png(make: Callable[[], "Figure"], path: Path, dpi: int) -> None:
    """Draws a figure into a file. Raises QikiError where it cannot be drawn or written, and where
    the name says that it is no PNG."""
    if path.suffix.lower() != ".png":
        raise QikiError(f"{path}: the drawing is a PNG; a name that ends in .png is needed")
    picture = BytesIO()
    try:
        with default_settings():
            make().savefig(picture, format="png", dpi=dpi)
    except Exception as error:  # matplotlib, fonts, memory: nobody can list what goes wrong
        raise QikiError(f"{path}: {not_drawn(error)}") from error
    try:
        path.write_bytes(picture.getvalue())
    except OSError as error:
        raise QikiError(f"{path}: cannot write the drawing: {error.strerror}") from error


def not_drawn(error: Exception) -> str:
    """Why there is no picture, in one line."""
    first, _, _ = str(error).strip().partition("\n")
    return f"cannot be drawn: {type(error).__name__}: {first}"


@cache
def _matplotlib() -> Any:
    """matplotlib, imported with its own settings: it reads the `matplotlibrc` of the working
    directory before any other, and the one in its data holds the defaults."""
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise QikiError("matplotlib is not installed")
    backend = os.environ.pop(BACKEND, None)
    try:
        with chdir(Path(spec.origin).parent / "mpl-data"):
            import matplotlib
    finally:
        if backend is not None:
            os.environ[BACKEND] = backend
    return matplotlib
