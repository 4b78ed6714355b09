"""The command `qiki-hil`. Each subcommand has a file of its own and is loaded when asked for."""

import sys
from importlib import import_module

import click

from qiki_hil.errors import QikiError

COMMANDS = {
    "run": ("qiki_hil.console.cli.run", "Fly a scenario on a rig."),
    "replay": ("qiki_hil.console.cli.replay", "Check a recorded run against the controller."),
    "bot": ("qiki_hil.console.cli.bot", "Check, show, hash and make BotSpecs."),
    "can": ("qiki_hil.console.cli.can", "Bus load, and frames in words."),
    "emulate": ("qiki_hil.console.cli.emulate", "Run the emulated nodes alone."),
}
EXIT_USAGE = 2


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order in which they are needed."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qiki-hil", prog_name="qiki-hil")
def cli() -> None:
    """Hardware-in-the-loop controller for a space bot with 16 RCS thrusters.

    Exit codes: 0 passed, 1 a check failed, 2 usage or set-up.
    """


def main() -> None:
    """Runs the command line; what cannot be done as asked is one message and exit code 2."""
    try:
        cli()
    except QikiError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(EXIT_USAGE)


if __name__ == "__main__":
    main()
