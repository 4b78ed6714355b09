"""`rig.yaml`: how a rig is wired. One model per kind; every problem of a file is told at once."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from qiki_hil.document import Problem, ShippedFiles, as_texts, dump, parse, validated
from qiki_hil.drivers.canbus import Daemon
from qiki_hil.errors import RigError, RigFileError
from qiki_hil.kernels import RATE_MAX_HZ, RATE_MIN_HZ
from qiki_hil.wire import MAX_LOAD_RATIO
from qiki_hil.wire.lawicel import BITRATES

_FILES = ShippedFiles("rig", "", RigError, member="rig.yaml")

Rate = Annotated[int, Field(ge=RATE_MIN_HZ, le=RATE_MAX_HZ)]
Bitrate = Annotated[int, Field(ge=10_000, le=1_000_000)]


class RigConfig(BaseModel):
    """What all rigs have in common."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    kind: str
    name: str = ""
    description: str = ""
    rate_hz: Rate = 500
    """Loop rate where the user gives none, Hz."""

    @staticmethod
    def shipped() -> tuple[str, ...]:
        """Names of the rigs that come with the package."""
        return tuple(_FILES.names())

    @staticmethod
    def load(name_or_path: str | Path) -> "RigConfig":
        """The rig of a shipped name, of a `rig.yaml`, or of a folder that holds one.

        Raises RigError: nothing there (names the shipped rigs), or every problem of the file.
        """
        found = _FILES.read(name_or_path)
        name = found.path.resolve().parent.name if found.path else str(name_or_path)
        return RigConfig.parse(found.text, found.source, name)

    @staticmethod
    def parse(text: str, origin: str = "rig.yaml", name: str = "") -> "RigConfig":
        """The rig of a YAML text; `name` is used where the text gives none. Raises RigError."""
        start = f"give kind: one of {', '.join(_MODELS)}"
        document = parse(text, origin, RigFileError, start=start)
        model = _MODELS.get(str(document.data.get("kind")))
        if model is None:
            config, found = None, [_kind_problem(document.data)]
        else:
            config, found = validated(model, {"name": name} | document.data)
            found += _daemon_problems(config)
        problems = [*document.problems, *found]
        if problems or config is None:
            raise RigFileError(origin, as_texts(problems, document.lines))
        return config

    def to_yaml(self) -> str:
        """The rig as a text that `parse` takes."""
        return dump(self.model_dump(exclude_none=True))


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
    host: Annotated[str, Field(min_length=1)] | None = None
    """Where socketcand listens."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Port of socketcand."""

    @property
    def daemon(self) -> Daemon | None:
        """Where socketcand listens; None for every other interface."""
        if self.host is None or self.port is None:
            return None
        return Daemon(self.host, self.port)


_MODELS: dict[str, type[RigConfig]] = {
    "sim": SimRigConfig,
    "virtual": VirtualRigConfig,
    "slcan": SlcanRigConfig,
    "can": CanRigConfig,
}


def _daemon_problems(config: RigConfig | None) -> list[Problem]:
    """socketcand is reached by host and port, every other interface by its channel alone."""
    if not isinstance(config, CanRigConfig):
        return []
    keys = {"host": config.host, "port": config.port}
    if config.interface == "socketcand":
        text = "missing; socketcand needs host and port of its daemon"
        return [Problem((key,), text) for key, value in keys.items() if value is None]
    text = f"only for the interface socketcand, not for {config.interface}"
    return [Problem((key,), text) for key, value in keys.items() if value is not None]


def _kind_problem(data: dict[str, Any]) -> Problem:
    kinds = ", ".join(_MODELS)
    if "kind" not in data:
        return Problem(("kind",), f"missing; one of {kinds}")
    return Problem(("kind",), f"must be one of {kinds}, got {data['kind']!r}")
