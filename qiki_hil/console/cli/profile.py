"""`qiki-hil profile`: what a thrust profile would give, take and run into."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from qiki_hil.app.event_text import reason_text
from qiki_hil.app.profile_run import Push, limit_text, preview_push, profile_command, why_not
from qiki_hil.command import shipped_profiles
from qiki_hil.console.cli.completion import names_or_files
from qiki_hil.console.cli.options import bot_option, json_option
from qiki_hil.console.safe_console import report_console
from qiki_hil.console.say import say, say_json
from qiki_hil.kernels import ProfilePreview, Spent, Stores
from qiki_hil.spec import BotSpec

_FAILED = 1
_WIDTH = 120
_KJ = 1e-3


@click.group()
def profile() -> None:
    """Thrust profiles before they are flown; `qiki-hil run --profile` flies one."""


@profile.command()
@click.argument(
    "source",
    metavar="NAME|FILE.yaml|'DIR PCT DUR; ...'",
    shell_complete=names_or_files(shipped_profiles),
)
@bot_option
@json_option
def preview(source: str, bot: str, as_json: bool) -> None:
    """Time, delta-v, fuel, energy, heat and limits of a profile, for a craft at the beginning of a
    run. Ends with exit code 1 where it would be refused, or not given in full."""
    push = preview_push(BotSpec.load(bot), profile_command(source))
    show_pushes(bot, [push], as_json)
    sys.exit(exit_code([push]))


@profile.command("list")
def list_() -> None:
    """Profiles that come with the package."""
    say("\n".join(shipped_profiles()))


def exit_code(pushes: Sequence[Push]) -> int:
    """0 where every push is given in full."""
    return 0 if all(push.given for push in pushes) else _FAILED


def show_pushes(bot: str, pushes: Sequence[Push], as_json: bool) -> None:
    """Prints previews."""
    if as_json:
        found = {"bot": bot, "pushes": [push_json(push) for push in pushes]}
        say_json(found)
        return
    if not pushes:
        say("nothing is pushed: no rcs... and no profile in this scenario")
    for push in pushes:
        _print_push(push)


def push_json(push: Push) -> dict[str, Any]:
    """A preview as JSON, with reasons by name."""
    head: dict[str, Any] = {"at_s": push.at_s, "command": push.text, "given": push.given}
    if push.preview is None:
        return head | {"refused": reason_text(push.refused)}
    found = asdict(push.preview)
    found["reason"] = reason_text(push.preview.reason)
    for limit, hit in zip(found["limits"], push.preview.limits, strict=True):
        limit["reason"] = reason_text(hit.reason)
    return head | {"preview": found}


def _print_push(push: Push) -> None:
    say(f"at {push.at_s:g} s: {push.text}" if push.at_s else push.text)
    if push.preview is None:
        say(f"  {why_not(push)}")
        return
    report_console(_WIDTH).print(_table(push, push.preview))
    _print_notes(push.preview)
    if not push.given:
        say(f"  {why_not(push)}")


def _table(push: Push, preview: ProfilePreview) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in (
        *("segment", "at s", "takes s", "rests s", "delta-v m/s, body", "net", "gross"),
        *("fuel kg", "left kg", "kJ", "cap", "hot °C"),
    ):
        left = name == "segment"
        table.add_column(
            name, justify="left" if left else "right", no_wrap=not left, overflow="fold"
        )
    for text, segment in zip(push.segments, preview.segments, strict=False):
        table.add_row(text, f"{segment.at_s:.2f}", *_cells(segment.spent, segment.after))
    if len(preview.segments) > 1:
        table.add_section()
        table.add_row("all", "", *_cells(preview.total, preview.after))
    return table


def _cells(spent: Spent, after: Stores) -> list[str]:
    return [
        f"{spent.time_s:.2f}",
        f"{spent.rest_s:.2f}",
        " ".join(f"{_clean(part):.3f}" for part in spent.delta_v_mps_body),
        f"{spent.delta_v_mps:.3f}",
        f"{spent.gross_mps:.3f}",
        f"{spent.propellant_kg:.3f}",
        f"{after.propellant_kg:.3f}",
        f"{spent.energy_j * _KJ:.1f}",
        f"{after.supercap_soc * 100:.0f} %",
        f"{max(after.cluster_temp_c):.0f}",
    ]


def _clean(value: float) -> float:
    """What rounds to zero has no sign."""
    return 0.0 if abs(value) < 5e-4 else value


def _print_notes(preview: ProfilePreview) -> None:
    nozzles = ", ".join(map(str, preview.total.nozzles)) or "none"
    hottest = ", ".join(f"C{n + 1} {t:.0f}" for n, t in enumerate(preview.cluster_max_c))
    lowest = preview.supercap_min_soc * 100
    say(f"  nozzles {nozzles}")
    say(f"  clusters at most {hottest} °C; supercapacitor at least {lowest:.0f} %")
    for hit in preview.limits:
        say(f"  limit: {limit_text(hit)}")
    if not preview.limits:
        say("  no limit is hit")
