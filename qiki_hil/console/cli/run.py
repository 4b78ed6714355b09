"""`qiki-hil run`: a scenario on a rig, live, and what came of it."""

import asyncio
import sys
from pathlib import Path
from typing import Literal, TextIO, cast

import click
from click.core import ParameterSource

from qiki_hil import clock
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil.app.profile_run import preview_push, profile_command, pushes
from qiki_hil.app.request import (
    NATS_PRIVATE,
    NATS_WORDS,
    SPEED_MAX,
    RunParts,
    RunRequest,
    check_telemetry,
    load,
    load_scenario,
    load_setting,
)
from qiki_hil.app.run import Outcome, settle_killed
from qiki_hil.app.runner import Runner
from qiki_hil.app.stop_signals import StopSignals
from qiki_hil.app.supervisor import RunObserver
from qiki_hil.command import shipped_profiles
from qiki_hil.console.cli.completion import names_or_files
from qiki_hil.console.cli.operator import Operator
from qiki_hil.console.cli.options import bot_option
from qiki_hil.console.cli.profile import exit_code, show_pushes
from qiki_hil.console.cli.runs import root_option
from qiki_hil.console.cli.scenario import say_warnings
from qiki_hil.console.live.command_line import CommandLine
from qiki_hil.console.live.outlet import Outlet
from qiki_hil.console.live.summary_view import summary_lines, summary_view
from qiki_hil.console.live.view import LiveView, PlainView, View
from qiki_hil.console.live.watcher import Watcher
from qiki_hil.console.safe_console import SafeConsole
from qiki_hil.console.say import escaped, say
from qiki_hil.errors import EXIT_INTERRUPTED
from qiki_hil.kernels import RATE_MAX_HZ, RATE_MIN_HZ
from qiki_hil.rig import RigConfig
from qiki_hil.scenario import Scenario
from qiki_hil.scenario.model import SEED_MAX
from qiki_hil.telemetry import PublisherStats

PROMPT_S = 0.05
LEFT_OUT = "... {} lines are left out here: nobody read them\n"
EXIT_BY_STATUS = {"passed": 0, "failed": 1, "aborted": EXIT_INTERRUPTED}


class SpeedType(click.ParamType[float | Literal["max"]]):
    """A factor of real time, or `max`."""

    name = "factor"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | Literal["max"]:
        """See click."""
        if str(value).lower() == SPEED_MAX:
            return "max"
        try:
            factor = float(value)
        except ValueError:
            self.fail(f"{value!r} is neither a number nor 'max'", param, ctx)
        if not 0.01 <= factor <= 100.0:
            self.fail(f"{value} is not in 0.01..100; use 'max' for no limit", param, ctx)
        return factor


class Nobody:
    """A `RunObserver` that shows nothing."""

    def refresh(self, blobs: list[bytes], telemetry: PublisherStats) -> None:
        """See `RunObserver`."""

    def event(self, event: events_pb2.Event) -> None:
        """See `RunObserver`."""


@click.command()
@click.option(
    "--rig",
    default="sim",
    show_default=True,
    help="Rig by name, or a rig.yaml.",
    shell_complete=names_or_files(RigConfig.shipped),
)
@click.option(
    "--scenario",
    default="demo",
    show_default=True,
    help="Scenario by name or file.",
    shell_complete=names_or_files(Scenario.shipped),
)
@click.option(
    "--profile",
    help="In place of a scenario: fly a thrust profile by name, file or segments.",
    shell_complete=names_or_files(shipped_profiles),
)
@bot_option
@click.option(
    "--rate", type=int, help=f"Loop rate, {RATE_MIN_HZ}..{RATE_MAX_HZ} Hz.  [default: the rig's]"
)
@click.option(
    "--speed",
    type=SpeedType(),
    default="1",
    show_default=True,
    metavar="FACTOR|max",
    help="Times real time, or max; only where time is simulated.",
)
@click.option("--seed", type=click.IntRange(0, SEED_MAX), help="Seed.  [default: the scenario's]")
@click.option("--duration", type=float, help="Seconds.  [default: the scenario's]")
@click.option(
    "--nats",
    default=NATS_PRIVATE,
    show_default=True,
    metavar="private|off|URL",
    help="Broker: one of the run's own, none, or the one at URL.",
)
@root_option
@click.option(
    "--report/--no-report",
    default=True,
    show_default=True,
    help="Draw report.html and report.png at the end.",
)
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the summary, as JSON.")
@click.option("--plain", is_flag=True, help="Plain lines instead of the live view.")
@click.option("--dry-run", is_flag=True, help="Say what its pushes would do, run nothing.")
@click.option("--list", "list_only", is_flag=True, help="List what ships, run nothing.")
def run(
    rig: str,
    scenario: str,
    profile: str | None,
    bot: str,
    rate: int | None,
    speed: float | Literal["max"],
    seed: int | None,
    duration: float | None,
    nats: str,
    root: Path,
    report: bool,
    as_json: bool,
    plain: bool,
    dry_run: bool,
    list_only: bool,
) -> None:
    """Fly SCENARIO on RIG. Commands can be typed while it runs: arm, hold, goto X Y Z, turn R P Y,
    rcs.forward 50 1s, brake, safe, disarm, ...; help lists them, quit ends the run.

    Ctrl-C ends the run with the valves closed. Exit codes: 0 passed, 1 failed, 2 usage or set-up,
    130 interrupted.
    """
    if list_only:
        say(f"rigs: {', '.join(RigConfig.shipped())}")
        say(f"scenarios: {', '.join(Scenario.shipped())}")
        say(f"profiles: {', '.join(shipped_profiles())}")
        return
    if profile is not None and given("scenario"):
        raise click.UsageError("--scenario and --profile are both given: a run flies one of them")
    request = RunRequest(
        rig=rig,
        scenario=scenario,
        profile=profile,
        bot=bot,
        rate_hz=rate,
        speed=speed,
        seed=seed,
        duration_s=duration,
        nats=nats.lower() if nats.lower() in NATS_WORDS else nats,
        root=root,
        report=report,
    )
    if dry_run:
        sys.exit(preview(request, as_json))
    parts = load(request)
    say_warnings(parts.scenario)
    live = sys.stdout.isatty() and not plain and not as_json
    report_killed(root)
    # Outlets are left last: whoever does not read them holds up nothing else.
    with Outlet(sys.stderr, LEFT_OUT) as errors:
        if as_json:
            with StopSignals() as signals:
                outcome = asyncio.run(fly(parts, None, errors, signals))
            say(outcome.summary.model_dump_json(indent=2))
        else:
            with Outlet(sys.stdout, "" if live else LEFT_OUT) as out:
                with make_view(live, out) as view, StopSignals() as signals:
                    outcome = asyncio.run(fly(parts, view, errors, signals))
                show(outcome, live, out)
        if outcome.complaint:
            errors.write(escaped(f"error: {outcome.complaint}\n"))
            errors.flush()
    sys.exit(EXIT_BY_STATUS[outcome.summary.status])


def given(name: str) -> bool:
    """Whether an option stands on the command line."""
    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE


def preview(request: RunRequest, as_json: bool) -> int:
    """Prints what the pushes of a scenario, or a profile, would do; returns the exit code."""
    spec = load_setting(request).spec
    if request.profile is None:
        scenario = load_scenario(request, spec)
        say_warnings(scenario)
        found = pushes(spec, scenario)
    else:
        found = [preview_push(spec, profile_command(request.profile))]
        if exit_code(found) == 0:
            load_scenario(request, spec)
    show_pushes(request.bot, found, as_json)
    return exit_code(found)


def make_view(live: bool, out: Outlet) -> View:
    """The live view on a terminal, plain lines elsewhere."""
    return LiveView(outlet=out) if live else PlainView(out)


def report_killed(root: Path) -> None:
    """Says which earlier runs were killed, and puts them in order."""
    for path in settle_killed(root):
        say(f"note: the run {path} was killed; what it recorded is kept", err=True)


async def fly(parts: RunParts, view: View | None, errors: Outlet, signals: StopSignals) -> Outcome:
    """Runs with `view` looking on and standard input giving commands."""
    await check_telemetry(parts)
    watcher = Watcher(parts, view) if view else None
    observer: RunObserver = watcher or Nobody()
    runner = Runner(parts, observer)
    live = isinstance(view, LiveView)
    operator = Operator(runner.supervisor, watcher.state if watcher and live else None)

    def take(text: str) -> None:
        """Hands a typed line to the run; what is wrong with it is noted where it was typed."""
        line.notice = operator.take(text)
        if line.notice and not line.interactive:
            errors.write(f"{escaped(line.notice)}\n")
            errors.flush()

    line = CommandLine(take, edit=live, on_page=operator.turn)
    async with line:
        ticker = asyncio.create_task(follow(watcher, line)) if watcher else None
        try:
            return await runner.run(signals)
        finally:
            if ticker:
                ticker.cancel()


async def follow(watcher: Watcher, line: CommandLine) -> None:
    """Keeps time and prompt of the view up to date."""
    start_ns = clock.monotonic_ns()
    while True:
        watcher.wall_s = (clock.monotonic_ns() - start_ns) * 1e-9
        watcher.prompt = line.prompt
        await asyncio.sleep(PROMPT_S)


def show(outcome: Outcome, live: bool, out: Outlet) -> None:
    """Prints the summary."""
    if live:
        file = cast("TextIO", out)
        SafeConsole(highlight=False, file=file).print(summary_view(outcome.summary))
    else:
        out.write(escaped("\n".join(summary_lines(outcome.summary)) + "\n"))
    out.write(escaped(f"run: {outcome.directory}\n"))
    if outcome.report:
        out.write(escaped(f"report: {outcome.report}\n"))
    out.flush()
