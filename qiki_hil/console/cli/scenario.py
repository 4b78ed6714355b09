"""`qiki-hil scenario`: check scenarios before they are flown."""

import click

from qiki_hil.console.cli.completion import names_or_files
from qiki_hil.console.say import say
from qiki_hil.errors import ScenarioError
from qiki_hil.scenario import Scenario
from qiki_hil.scenario.warnings import warnings_of

_USAGE = 2


@click.group()
def scenario() -> None:
    """Check the files that say what a run starts from and must show."""


@scenario.command()
@click.argument(
    "names",
    metavar="[NAME|FILE]...",
    nargs=-1,
    shell_complete=names_or_files(Scenario.shipped),
)
@click.pass_context
def check(context: click.Context, names: tuple[str, ...]) -> None:
    """Check scenarios and list every problem; without a name, all that ship.

    Warns of expectations that no run could fail, or none could meet. Ends with exit code 2 where a
    scenario is broken.
    """
    broken = False
    for name in names or Scenario.shipped():
        try:
            found = Scenario.load(name)
        except ScenarioError as error:
            say(str(error), err=True)
            broken = True
        else:
            say(f"{name}: ok, {found.name}, {found.duration_s:g} s")
            say_warnings(found)
    if broken:
        context.exit(_USAGE)


def say_warnings(scenario: Scenario) -> None:
    """Warns of what nobody means to write in a scenario."""
    for text in warnings_of(scenario):
        say(f"warning: scenario {scenario.name}: {text}", err=True)
