"""One text grammar for commands: the terminal, scenarios and programs all write this.

A command is one line of tokens. The first names the command, the others are its arguments;
case does not matter. `COMMAND_HELP` is the whole language; `docs/scenarios.md` explains it.

    goto 2 0 0 0 0 60          to 2 m east, yaw 60°
    rcs.forward 50 300ms       half thrust ahead for 0.3 s
    profile forward 60 1s; aft 60 1s ramp_in=0.2 ramp_out=200ms

Parsing is pure but for `profile FILE.yaml`, which reads a file below the folder it is given.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qiki_hil._pb.qiki.commands.v1 import command_pb2 as pb
from qiki_hil.command.profile import read_profile
from qiki_hil.command.segments import AXES, SEGMENT_USAGE, parse_segments
from qiki_hil.command.tokens import (
    ANGLE_MAX_DEG,
    POSITION_MAX_M,
    CommandTextError,
    TokenReader,
    split_tokens,
)
from qiki_hil.document import allowed_words
from qiki_hil.euler import xyzw_from_rpy_deg
from qiki_hil.kernels import NOZZLES

DEFAULT_DURATION_S = 1.0
_TEXT_MAX = 4096

_MODE_PREFIX = "FLIGHT_MODE_"
MODES: tuple[str, ...] = tuple(
    name.removeprefix(_MODE_PREFIX).lower()
    for name, value in pb.FlightMode.items()
    if value != pb.FLIGHT_MODE_UNSPECIFIED
)

ALLOCATION_MODES: dict[str, pb.AllocationMode] = {
    "auto": pb.ALLOCATION_MODE_AUTO,
    "adaptive": pb.ALLOCATION_MODE_ADAPTIVE,
    "manual": pb.ALLOCATION_MODE_MANUAL_OVERRIDE,
}
CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """One line of the language; usage and meaning fit side by side into 80 columns."""

    name: str
    usage: str
    meaning: str
    example: str


def _help(usage: str, meaning: str, example: str = "") -> CommandHelp:
    return CommandHelp(usage.split()[0], usage, meaning, example or usage)


COMMAND_HELP: tuple[CommandHelp, ...] = (
    _help("arm", "let the controller open valves"),
    _help("disarm", "close the valves and keep them closed"),
    _help("safe", "go to SAFE: damp the rates, refuse everything but brake"),
    _help("brake", "stop translation and rotation at once, even in SAFE"),
    _help("hold", "hold the pose of this moment"),
    _help(
        "goto X Y Z [ROLL PITCH YAW]",
        "go there (m, world) and stop, also turned (deg)",
        "goto 2 0 0 0 0 60",
    ),
    _help("turn ROLL PITCH YAW", "turn to an attitude (deg) and stop there", "turn 0 0 60"),
    *(
        _help(
            f"rcs.{axis} PCT [DUR]",
            f"push {axis} with PCT % for DUR (1 s), attitude held",
            f"rcs.{axis} 50 300ms",
        )
        for axis in AXES
    ),
    _help(
        "rcs.fire AXIS PCT [DUR]", "the same with the axis as a word", "rcs.fire forward 50 0.5s"
    ),
    _help("rcs.stop", "end a push or a profile: hold the attitude, drift on"),
    _help("mode NAME", f"one of {', '.join(MODES)}", "mode coast"),
    _help(
        "alloc MODE [confirm]",
        f"allocate by {', '.join(ALLOCATION_MODES)}; manual is HAZARDOUS",
        "alloc manual confirm",
    ),
    _help(
        "nozzles N,N,... PCT DUR [confirm]",
        "HAZARDOUS: open them for PCT % of DUR",
        "nozzles 1,7 100 200ms confirm",
    ),
    _help(
        f"profile {SEGMENT_USAGE}; ... | FILE.yaml",
        "many pushes",
        "profile forward 60 1s ramp_in=0.2; aft 60 1s",
    ),
)
_USAGE = {entry.name: entry.usage for entry in COMMAND_HELP}


def parse_command(text: str, *, files: Path | None = Path()) -> pb.Command:
    """The command that a text stands for, without id and source.

    `files` is the folder of `profile FILE.yaml`; None refuses files (for texts from afar).
    Raises `CommandTextError` that says the column, what is wrong and what is allowed.
    """
    if len(text) > _TEXT_MAX:
        raise CommandTextError(text, _TEXT_MAX + 1, f"a command has at most {_TEXT_MAX} characters")
    tokens = split_tokens(text)
    if not tokens:
        raise CommandTextError(text, 1, f"a command is missing. Allowed: {', '.join(_USAGE)}")
    name = tokens[0].text.lower()
    if name not in _USAGE:
        raise CommandTextError(
            text,
            tokens[0].column,
            f"'{tokens[0].text}' is no command{allowed_words(name, _USAGE)}",
        )
    arguments = TokenReader(text, tokens[1:], _USAGE[name])
    if name == "profile":
        return pb.Command(thrust_profile=_profile(arguments, text, files))
    command = _PARSERS[name](arguments)
    arguments.end()
    return command


def _goto(tokens: TokenReader) -> pb.Command:
    position = pb.Vector3(
        x=tokens.number("X", "m", -POSITION_MAX_M, POSITION_MAX_M),
        y=tokens.number("Y", "m", -POSITION_MAX_M, POSITION_MAX_M),
        z=tokens.number("Z", "m", -POSITION_MAX_M, POSITION_MAX_M),
    )
    attitude = _attitude(tokens) if tokens.peek() else None
    return pb.Command(go_to_pose=pb.GoToPose(position_m_world=position, attitude_xyzw=attitude))


def _turn(tokens: TokenReader) -> pb.Command:
    return pb.Command(go_to_pose=pb.GoToPose(attitude_xyzw=_attitude(tokens)))


def _attitude(tokens: TokenReader) -> pb.Quaternion:
    roll, pitch, yaw = (
        tokens.number(name, "deg", -ANGLE_MAX_DEG, ANGLE_MAX_DEG)
        for name in ("ROLL", "PITCH", "YAW")
    )
    x, y, z, w = xyzw_from_rpy_deg(roll, pitch, yaw)
    return pb.Quaternion(x=x, y=y, z=z, w=w)


def _fire(tokens: TokenReader, axis: str) -> pb.Command:
    level = tokens.level_ratio()
    duration = tokens.duration_s() if tokens.peek() else DEFAULT_DURATION_S
    fire = pb.FireAxis(axis=AXES[axis].axis, level_ratio=level, duration_s=duration)
    return pb.Command(fire_axis=fire)


def _profile(tokens: TokenReader, text: str, files: Path | None) -> pb.ThrustProfile:
    first = tokens.peek()
    if first is None or not first.text.lower().endswith((".yaml", ".yml")):
        return pb.ThrustProfile(segments=parse_segments(tokens))
    tokens.take("FILE")
    tokens.end()
    if files is None:
        raise CommandTextError(text, first.column, "profile files are not read here: give segments")
    return pb.ThrustProfile(segments=read_profile(files / first.text))


def _alloc(tokens: TokenReader) -> pb.Command:
    mode = ALLOCATION_MODES[tokens.choice("MODE", tuple(ALLOCATION_MODES))]
    requested = pb.SetAllocationMode(mode=mode, confirmed=_confirmed(tokens))
    return pb.Command(set_allocation_mode=requested)


def _nozzles(tokens: TokenReader) -> pb.Command:
    fire = pb.FireNozzles(
        nozzles=tokens.numbers("N", NOZZLES),
        level_ratio=tokens.level_ratio(),
        duration_s=tokens.duration_s(),
    )
    fire.confirmed = _confirmed(tokens)
    return pb.Command(fire_nozzles=fire)


def _confirmed(tokens: TokenReader) -> bool:
    if tokens.peek() is None:
        return False
    tokens.choice("CONFIRMATION", (CONFIRM,))
    return True


def unconfirmed(command: pb.Command) -> str:
    """What to say to someone who gave a hazardous command without its confirmation; empty where
    none is needed. The controller refuses such a command too."""
    asked, fire = command.set_allocation_mode, command.fire_nozzles
    if asked.mode == pb.ALLOCATION_MODE_MANUAL_OVERRIDE and not asked.confirmed:
        what = "switches control off and opens nozzles by hand"
    elif command.HasField("fire_nozzles") and not fire.confirmed:
        what = "opens these nozzles with nothing to hold the craft"
    else:
        return ""
    return f"HAZARDOUS: it {what}. To go ahead, say it again with the word {CONFIRM} at its end"


def _fire_parser(axis: str) -> Callable[[TokenReader], pb.Command]:
    return lambda tokens: _fire(tokens, axis)


_PARSERS: dict[str, Callable[[TokenReader], pb.Command]] = {
    "arm": lambda _: pb.Command(arm=pb.Arm()),
    "disarm": lambda _: pb.Command(disarm=pb.Disarm()),
    "safe": lambda _: pb.Command(safe=pb.Safe()),
    "brake": lambda _: pb.Command(brake=pb.Brake()),
    "hold": lambda _: pb.Command(hold_pose=pb.HoldPose()),
    "goto": _goto,
    "turn": _turn,
    **{f"rcs.{axis}": _fire_parser(axis) for axis in AXES},
    "rcs.fire": lambda tokens: _fire(tokens, tokens.choice("AXIS", tuple(AXES))),
    "rcs.stop": lambda _: pb.Command(stop_thrust=pb.StopThrust()),
    "alloc": _alloc,
    "nozzles": _nozzles,
    "mode": lambda tokens: pb.Command(
        set_mode=pb.SetMode(mode=_MODE_PREFIX + tokens.choice("NAME", MODES).upper())
    ),
}
