"""`rig.yaml`: how a rig is wired. One model per kind; every problem of a file is told at once."""

import os
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qiki_hil.document import problems as findings
from qiki_hil.document import textfile
from qiki_hil.errors import RigError, SpecError
from qiki_hil.spec import source
from qiki_hil.wire import MAX_LOAD_RATIO
from qiki_hil.wire.lawicel import BITRATES

RATE_MIN_HZ = 200
RATE_MAX_HZ = 1000

Rate = Annotated[int, Field(ge=RATE_MIN_HZ, le=RATE_MAX_HZ)]
Bitrate = Annotated[int, Field(ge=10_000, le=1_000_000)]


class RigConfig(BaseModel):
    """What all rigs have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    name: str = ""
    description: str = ""
    rate_hz: Rate = 500
    """Loop rate where the user gives none, Hz."""

    @staticmethod
    def shipped() -> tuple[str, ...]:
        """Names of the rigs that come with the package."""
        entries = _shipped_folder().iterdir()
        return tuple(sorted(e.name for e in entries if (e / "rig.yaml").is_file()))

    @staticmethod
    def load(name_or_path: str | Path) -> "RigConfig":
        """The rig of a shipped name, of a `rig.yaml`, or of a folder that holds one.

        Raises RigError: nothing there (names the shipped rigs), or every problem of the file.
        """
        origin, name, text = _read(name_or_path)
        return RigConfig.parse(text, origin, name)

    @staticmethod
    def parse(text: str, origin: str = "rig.yaml", name: str = "") -> "RigConfig":
        """The rig of a YAML text; `name` is used where the text gives none. Raises RigError."""
        try:
            document = source.parse(text, origin, f"give kind: one of {', '.join(_MODELS)}")
        except SpecError as error:
            raise _broken(origin, error.problems) from None
        model = _MODELS.get(str(document.data.get("kind")))
        if model is None:
            found = [*document.problems, _kind_problem(document.data)]
        else:
            found = list(document.problems)
            try:
                config = model.model_validate({"name": name} | document.data)
            except ValidationError as error:
                found += findings.from_pydantic(error.errors(), model)
        if found:
            raise _broken(origin, findings.as_texts(found, document.lines))
        return config

    def to_yaml(self) -> str:
        """The rig as a text that `parse` takes."""
        text: str = yaml.safe_dump(self.model_dump(exclude_none=True), sort_keys=False)
        return text


class SimRigConfig(RigConfig):
    """The plant in the loop's own process."""

    kind: Literal["sim"]


class BusRigConfig(RigConfig):
    """A rig behind a CAN bus."""

    bitrate: Bitrate = 1_000_000
    """Bit rate of the bus, bit/s."""
    max_load_ratio: Annotated[float, Field(gt=0, le=1)] = MAX_LOAD_RATIO
    """Worst-case bus load above which the rig refuses to open."""


class VirtualRigConfig(BusRigConfig):
    """python-can's virtual bus with emulated nodes on the other side, in lockstep."""

    kind: Literal["virtual"]


class SlcanRigConfig(BusRigConfig):
    """Emulated nodes in a process of their own, behind a serial line that speaks LAWICEL."""

    kind: Literal["slcan"]
    bitrate: Literal[tuple(BITRATES.values())] = 1_000_000  # type: ignore[valid-type]
    tty_baudrate: Annotated[int, Field(ge=1200, le=4_000_000)] = 115_200
    """Speed of the serial line, baud; without effect on a pty."""
    start_timeout_s: Annotated[float, Field(gt=0, le=120)] = 20.0
    """How long the emulator may take to start, s."""


class CanRigConfig(BusRigConfig):
    """Hardware, or an emulator, on a bus that python-can reaches."""

    kind: Literal["can"]
    interface: Annotated[str, Field(min_length=1)]
    """python-can's name of the interface: `socketcan`, `slcan`, ..."""
    channel: Annotated[str, Field(min_length=1)]
    """`can0`, `/dev/ttyACM0`, ..."""
    tty_baudrate: Annotated[int, Field(ge=1200, le=4_000_000)] | None = None
    """Speed of the serial line where the interface has one, baud."""


_MODELS: dict[str, type[RigConfig]] = {
    "sim": SimRigConfig,
    "virtual": VirtualRigConfig,
    "slcan": SlcanRigConfig,
    "can": CanRigConfig,
}


def _kind_problem(data: dict[str, Any]) -> findings.Problem:
    kinds = ", ".join(_MODELS)
    if "kind" not in data:
        return findings.Problem(("kind",), f"missing; one of {kinds}")
    return findings.Problem(("kind",), f"must be one of {kinds}, got {data['kind']!r}")


def _broken(origin: str, texts: list[str]) -> RigError:
    lines = "\n".join(f"  - {text}" for text in texts)
    return RigError(f"{origin}: {len(texts)} problem(s)\n{lines}")


def _shipped_folder() -> Traversable:
    return files("qiki_hil") / "data" / "rigs"


def _read(name_or_path: str | Path) -> tuple[str, str, str]:
    """Origin, name and text of a rig."""
    shipped = RigConfig.shipped()
    if isinstance(name_or_path, str) and name_or_path in shipped:
        text = (_shipped_folder() / name_or_path / "rig.yaml").read_text(encoding="utf-8")
        return f"{name_or_path} (shipped)", name_or_path, text
    if not str(name_or_path):
        raise RigError(f"a rig's name or file is needed; shipped are: {', '.join(shipped)}")
    path = Path(name_or_path)
    if os.path.isdir(path):  # unlike Path.is_dir, never an error
        path = path / "rig.yaml"
    try:
        text = textfile.read_text(path, "YAML")
    except textfile.TextFileError as error:
        if error.missing:
            raise RigError(
                f"no rig {str(name_or_path)!r}: neither a file nor a shipped rig; "
                f"shipped are: {', '.join(shipped)}"
            ) from None
        raise RigError(f"{path}: {error}") from None
    return str(path), path.resolve().parent.name, text
