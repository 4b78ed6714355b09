"""`qiki-hil campaign`: a scenario flown many times, each time with another craft."""

import sys
from pathlib import Path
from typing import NoReturn

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from qiki_hil.app.stop_signals import StopSignals
from qiki_hil.campaign import Campaign, CampaignRun, CampaignSummary, Outcome, Rerun, rerun
from qiki_hil.campaign.campaign import RESULTS
from qiki_hil.campaign.file import CASES_MAX, SEED_MAX
from qiki_hil.campaign.rerun import differences
from qiki_hil.campaign.summary import PerScenario, Rate, Statistics
from qiki_hil.campaign.table import read_row
from qiki_hil.campaign.workers import usable_cpus
from qiki_hil.console.cli.completion import names_or_files
from qiki_hil.console.cli.run import report_killed
from qiki_hil.console.cli.scenario import say_warnings
from qiki_hil.console.live.summary_view import summary_lines
from qiki_hil.console.safe_console import SafeConsole, terminal_columns
from qiki_hil.console.say import say
from qiki_hil.errors import EXIT_INTERRUPTED

FAILURES_SHOWN = 10
HEADS = ("mean", "min", "p05", "p50", "p95", "p99", "max")


class Bar:
    """A progress bar on the terminal; nothing where there is none."""

    def __init__(self, progress: Progress, cases: int) -> None:
        self._progress = progress
        self._task = progress.add_task("cases", total=cases, failed=0)

    def flown(self, cases: int, failed: int) -> None:
        """See `Observer`."""
        self._progress.update(self._task, completed=cases, failed=failed)


@click.command()
@click.argument("file", required=False, shell_complete=names_or_files(Campaign.shipped))
@click.option("--cases", type=click.IntRange(1, CASES_MAX), help="Cases.  [default: the file's]")
@click.option("--seed", type=click.IntRange(0, SEED_MAX), help="Master seed.  [the file's]")
@click.option("--jobs", type=click.IntRange(1, 4096), help="Processes.  [default: all processors]")
@click.option("--dask", metavar="ADDRESS", help="Fly on the Dask cluster at tcp://HOST:PORT.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="campaigns",
    show_default=True,
    help="Where campaigns are kept.",
)
@click.option("--case", "case", type=click.IntRange(0), help="Fly this one case, as a run.")
@click.option(
    "--runs",
    type=click.Path(file_okay=False, path_type=Path),
    default="runs",
    show_default=True,
    help="With --case: where runs are kept.",
)
@click.option(
    "--report/--no-report",
    default=True,
    show_default=True,
    help="With --case: draw report.html and report.png at the end.",
)
@click.option("--json", "as_json", is_flag=True, help="Print nothing but the summary, as JSON.")
@click.option("--list", "list_only", is_flag=True, help="List the campaigns that ship.")
def campaign(
    file: str | None,
    cases: int | None,
    seed: int | None,
    jobs: int | None,
    dask: str | None,
    out: Path,
    case: int | None,
    runs: Path,
    report: bool,
    as_json: bool,
    list_only: bool,
) -> None:
    """Fly the campaign FILE (a name that ships, or a .yaml file) with dispersed crafts.

    Ctrl-C ends it early and keeps what is flown; a second one does not wait for the cases under
    way. Exit codes: 0 as many cases passed as the file requires, 1 fewer, 2 usage or set-up,
    130 interrupted.
    """
    if list_only:
        say("\n".join(Campaign.shipped()))
        return
    if file is None:
        raise click.UsageError("FILE is missing; --list shows what ships")
    plan = Campaign.load(file).changed(cases=cases, seed=seed)
    for scenario in plan.scenarios:
        say_warnings(scenario)
    if case is not None:
        report_killed(runs)
        with StopSignals() as signals:
            done = rerun(plan, case, runs, signals, report=report)
        show_case(done, file, as_json)
    outcome = fly_all(plan, out, jobs or usable_cpus(), dask, as_json)
    if as_json:
        say(outcome.summary.model_dump_json(indent=2))
    else:
        say("\n".join(campaign_lines(outcome.summary)))
    sys.exit(exit_code(outcome.summary))


def fly_all(plan: Campaign, out: Path, jobs: int, dask: str | None, as_json: bool) -> Outcome:
    """The whole campaign, with a bar on the terminal."""
    progress = Progress(
        TextColumn(plan.entries.name),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed"),
        TimeRemainingColumn(),
        console=SafeConsole(stderr=True),
        disable=as_json or not sys.stderr.isatty(),
    )
    with StopSignals() as signals:
        run = CampaignRun(plan, out, jobs=jobs, dask=dask)
        with signals.calling(run.stop), progress:
            return run.run(Bar(progress, plan.entries.cases))


def exit_code(summary: CampaignSummary) -> int:
    """0 where enough cases passed; an interrupted campaign has no verdict."""
    if summary.interrupted:
        return EXIT_INTERRUPTED
    return 0 if summary.met else 1


def show_case(done: Rerun, file: str, as_json: bool) -> NoReturn:
    """Prints a case that was flown as a run; where the campaign's results are at hand, compared
    with them. Ends the process."""
    if as_json:
        say(done.summary.model_dump_json(indent=2))
    else:
        say("\n".join(summary_lines(done.summary)))
        say(f"run: {done.directory}")
        if done.report:
            say(f"report: {done.report}")
    if words := comparison(done, Path(file).parent / RESULTS):
        say(words, err=as_json)
    sys.exit(0 if done.summary.passed else 1)


def comparison(done: Rerun, results: Path) -> str:
    """How the run compares with the campaign, in words; nothing where there is no campaign."""
    row = read_row(results, done.row["case"]) if results.exists() else None
    if row is None:
        return ""
    found = differences(row, done.row)
    if not found:
        return f"campaign: every metric is that of {results}, to the bit"
    return f"campaign: differs from {results} in {', '.join(found)}"


def campaign_lines(summary: CampaignSummary) -> list[str]:
    """The summary for people."""
    state = "INTERRUPTED" if summary.interrupted else "PASSED" if summary.met else "FAILED"
    lines = [
        f"{state} {summary.campaign}: {rate_words(summary.passed)} of "
        f"{summary.flown} flown ({summary.cases} cases); required {summary.require:.1%}"
    ]
    for scenario in summary.scenarios:
        lines += scenario_lines(scenario)
    speed = f", {summary.speed_ratio:,.0f} times real time" if summary.speed_ratio else ""
    lines.append(
        f"{summary.simulated_s:,.0f} s simulated in {summary.wall_s:.1f} s "
        f"by {summary.workers}{speed}"
    )
    lines += failure_lines(summary)
    lines.append(f"campaign: {summary.directory}")
    return lines


def scenario_lines(scenario: PerScenario) -> list[str]:
    """One scenario: how often each expectation was met, and statistics of the metrics."""
    lines = [f"{scenario.name}: {rate_words(scenario.cases)}"]
    for judged in scenario.expectations:
        margin = f", least margin {judged.margin.min:.4g}" if judged.margin else ""
        lines.append(f"  {rate_words(judged.met)}  {judged.name} ({judged.bound}){margin}")
    width = max(map(len, scenario.metrics))
    rows = [("", " ".join(f"{head:>9}" for head in HEADS))]
    rows += [(n, statistics_cells(s)) for n, s in scenario.metrics.items() if s]
    for name, cells in rows:
        line = f"  {name:{width}} {cells}"
        # On a narrow terminal a name stands above its numbers.
        fits = len(line) <= (terminal_columns() or len(line))
        lines += [line] if fits else [f"  {name}", f"  {cells}"] if name else [f"  {cells}"]
    return lines


def statistics_cells(statistics: Statistics) -> str:
    """Mean, ends and percentiles in columns."""
    return " ".join(f"{getattr(statistics, head):9.4g}" for head in HEADS)


def rate_words(rate: Rate) -> str:
    """`98.0 % (94.1..99.3 %, 95 % confidence)`."""
    if rate.rate is None:
        return "none flown"
    return f"{rate.passed} passed = {rate.rate:.1%} ({rate.low:.1%}..{rate.high:.1%})"


def failure_lines(summary: CampaignSummary) -> list[str]:
    """What failed, and the command that flies it again."""
    lines = []
    for failure in summary.failures[:FAILURES_SHOWN]:
        why = failure.error or ", ".join(failure.failing)
        lines += [f"case {failure.case} ({failure.scenario}): {why}", f"  {failure.command}"]
    hidden = len(summary.failures) - FAILURES_SHOWN
    if hidden > 0:
        lines.append(f"and {hidden} more in {summary.directory}/summary.json")
    return lines
