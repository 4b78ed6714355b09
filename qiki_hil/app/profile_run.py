"""Thrust profiles as runs: what a push would do, and a scenario that flies one profile."""

from dataclasses import dataclass
from math import ceil

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil.app.event_text import ALLOWED_WHEN, reason_text
from qiki_hil.command import format_command, load_profile
from qiki_hil.errors import QikiError
from qiki_hil.kernels import LimitHit, ProfilePreview, ProfileRefusedError, preview_profile
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec

_ARM_S, _PUSH_S = 0.5, 1.5
# The scenario lasts longer than the preview says: pulses are planned ahead, the last ones have to
# end, and clusters may need longer to cool.
_SPARE, _SPARE_S = 1.3, 3.0
# Tolerance of the speed gained: this fraction of all its changes, plus this much, m/s.
_SPEED_PART, _SPEED_MPS = 0.03, 0.05


@dataclass(frozen=True, slots=True)
class Push:
    """One push or profile with its preview, or the reason why it would be refused."""

    at_s: float
    """When its scenario commands it."""
    text: str
    preview: ProfilePreview | None
    refused: int
    """`ReasonCode`; 0 where there is a preview."""

    @property
    def segments(self) -> list[str]:
        """The text of each segment, as in the command."""
        return [part.strip() for part in self.text.removeprefix("profile ").split(";")]

    @property
    def given(self) -> bool:
        """Whether all of it is carried out."""
        return self.preview is not None and self.preview.end == "given"


def preview_push(spec: BotSpec, command: command_pb2.Command, at_s: float = 0.0) -> Push:
    """What a `fire_axis` or a `thrust_profile` would do at the beginning of a run."""
    text = format_command(command)
    try:
        preview = preview_profile(spec, command.SerializeToString())
    except ProfileRefusedError as error:
        return Push(at_s, text, None, error.reason)
    return Push(at_s, text, preview, 0)


def pushes(spec: BotSpec, scenario: Scenario) -> list[Push]:
    """Every push and profile of a scenario, each previewed from the initial state of the craft."""
    kinds = ("fire_axis", "thrust_profile")
    commands = [(entry.at_s, entry.command) for entry in scenario.commands]
    asked = [(at_s, command) for at_s, command in commands if command.WhichOneof("action") in kinds]
    return [preview_push(spec, command, at_s) for at_s, command in asked]


def profile_command(source: str) -> command_pb2.Command:
    """The command of a profile: by shipped name, from a file, or written out."""
    return command_pb2.Command(thrust_profile=load_profile(source))


def profile_scenario(spec: BotSpec, source: str) -> Scenario:
    """A scenario that arms, flies a profile from rest and drifts on, and expects the speed that its
    preview gives. Raises QikiError where the profile cannot be given in full."""
    command = profile_command(source)
    push = preview_push(spec, command)
    if push.preview is None or not push.given:
        raise QikiError(f"profile: {why_not(push)}; --dry-run shows all of it")
    total = push.preview.total
    path = sum(segment.spent.delta_v_mps for segment in push.preview.segments)
    tolerance = _SPEED_MPS + _SPEED_PART * path
    end_s = float(ceil(_PUSH_S + _SPARE * total.time_s + _SPARE_S))
    return Scenario.model_validate(
        {
            "name": "profile",
            "description": f"flies {push.text}"[:200],
            "duration_s": end_s,
            "commands": [
                {"at_s": _ARM_S, "do": "arm"},
                {"at_s": _PUSH_S, "do": push.text},
            ],
            "expect": [
                {"name": "the profile is over", "signal": "mode", "at_s": end_s, "equals": "COAST"},
                {
                    "name": "the speed is gained",
                    "signal": "speed_mps",
                    "at_s": end_s,
                    "within": {"value": total.delta_v_mps, "tolerance": tolerance},
                },
            ],
        }
    )


def why_not(push: Push) -> str:
    """Why a profile is refused, or not carried out in full; empty where it is."""
    if push.preview is None:
        allowed = ALLOWED_WHEN.get(push.refused, "")
        refusal = f"refused, {reason_text(push.refused)}"
        return f"{refusal}; allowed when {allowed}" if allowed else refusal
    if push.given:
        return ""
    at_s = push.preview.total.time_s
    return f"not given in full, {reason_text(push.preview.reason)} at {at_s:.1f} s"


def limit_text(hit: LimitHit) -> str:
    """A limit as one line of text."""
    what = "rests" if hit.rests else "pushes with less"
    reason = reason_text(hit.reason)
    return f"{hit.at_s:.2f} s, segment {hit.segment + 1}: {what} for {hit.for_s:.2f} s, {reason}"
