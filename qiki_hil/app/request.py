"""What a user asks for when starting a run, checked before anything is written."""

import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from qiki_hil.app.profile_run import profile_scenario
from qiki_hil.errors import QikiError, ScenarioError
from qiki_hil.kernels import RATE_MAX_HZ, RATE_MIN_HZ
from qiki_hil.rig import InitialState, RigConfig, make_rig
from qiki_hil.scenario import Scenario
from qiki_hil.scenario.model import DURATION_MAX_S
from qiki_hil.spec import BotSpec
from qiki_hil.telemetry import check_broker, checked

NATS_PRIVATE = "private"
NATS_OFF = "off"
NATS_WORDS = (NATS_PRIVATE, NATS_OFF)
SPEED_MAX = "max"
DURATION_CURE = (
    "--duration can only lengthen a scenario, or cut it after its last command and expectation"
)
Speed = float | Literal["max"]


@dataclass(frozen=True)
class RunRequest:
    """The parts of a run by name, as a command line gives them."""

    rig: str = "sim"
    scenario: str = "demo"
    profile: str | None = None
    """A thrust profile to fly in place of the scenario: a name, a file, or segments."""
    bot: str = "dodeca-01"
    rate_hz: int | None = None
    speed: Speed = 1.0
    seed: int | None = None
    duration_s: float | None = None
    nats: str = NATS_PRIVATE
    """`private`, `off`, or the URL of a broker."""
    root: Path = Path("runs")
    report: bool = True
    """Whether a report is drawn at the end."""


@dataclass(frozen=True)
class Setting:
    """What a run flies with, whatever it flies."""

    spec: BotSpec
    rig: RigConfig
    rate_hz: int
    lockstep: bool


@dataclass(frozen=True)
class RunParts:
    """The parts of a run, loaded and checked against each other."""

    spec: BotSpec
    rig: RigConfig
    scenario: Scenario
    rate_hz: int
    speed: Speed
    seed: int
    nats: str
    root: Path
    lockstep: bool
    report: bool = True


def load(request: RunRequest) -> RunParts:
    """Loads and checks every part. Raises a QikiError that says what does not fit, and why."""
    setting = load_setting(request)
    scenario = load_scenario(request, setting.spec)
    return RunParts(
        spec=setting.spec,
        rig=setting.rig,
        scenario=scenario,
        rate_hz=setting.rate_hz,
        speed=request.speed,
        seed=scenario.seed if request.seed is None else request.seed,
        nats=request.nats,
        root=request.root,
        lockstep=setting.lockstep,
        report=request.report,
    )


def load_setting(request: RunRequest) -> Setting:
    """Loads and checks everything but what is flown. Raises QikiError."""
    spec = BotSpec.load(request.bot)
    rig = RigConfig.load(request.rig)
    rate_hz = rig.rate_hz if request.rate_hz is None else request.rate_hz
    if not RATE_MIN_HZ <= rate_hz <= RATE_MAX_HZ:
        raise QikiError(f"rate: {rate_hz} Hz given, {RATE_MIN_HZ}..{RATE_MAX_HZ} Hz needed")
    if request.nats not in NATS_WORDS:
        checked(request.nats)
    lockstep = make_rig(rig, spec, seed=0, initial=InitialState()).lockstep
    check_speed(request.speed, request.rig, lockstep)
    return Setting(spec, rig, rate_hz, lockstep)


def load_scenario(request: RunRequest, spec: BotSpec) -> Scenario:
    """The scenario, or that of the profile, with the duration that is asked for. Raises
    QikiError."""
    if request.profile is None:
        scenario = Scenario.load(request.scenario)
    else:
        scenario = profile_scenario(spec, request.profile)
    return lasting(scenario, request.duration_s)


async def check_telemetry(parts: RunParts) -> None:
    """Raises BrokerError where the broker at a URL is there, but can never take what a run
    publishes."""
    if parts.nats not in NATS_WORDS:
        await check_broker(parts.nats)


def lasting(scenario: Scenario, duration_s: float | None) -> Scenario:
    """The scenario with another duration, s, where one is given. Raises ScenarioError where that is
    out of range, or parts of the scenario come later."""
    if duration_s is None:
        return scenario
    if not 0.0 < duration_s <= DURATION_MAX_S:
        raise ScenarioError(
            f"--duration {duration_s:g}: a number of seconds above 0 and up to "
            f"{DURATION_MAX_S:g} is needed"
        )
    changed = scenario.model_copy(update={"duration_s": duration_s})
    source = f"{scenario.name} with --duration {duration_s:g}"
    try:
        return Scenario.from_text(changed.to_yaml(), source, folder=None)
    except ScenarioError as error:
        raise ScenarioError(f"{error}\n{DURATION_CURE}") from None


def check_speed(speed: Speed, rig: str, lockstep: bool) -> None:
    """Raises QikiError where a rig that runs in real time is asked for another speed."""
    if speed != 1.0 and not lockstep:
        raise QikiError(
            f"speed: rig {rig} runs in real time; leave --speed at 1, or use sim or virtual"
        )


def versions() -> dict[str, str]:
    """The versions of the software that makes the run."""
    packages = ("qiki-hil", "numpy", "python-can", "cantools", "nats-py", "protobuf")
    found = {name: version(name) for name in packages}
    return found | {"python": platform.python_version(), "machine": platform.machine()}
