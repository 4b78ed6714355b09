"""The command `qiki-hil`. Each subcommand has a file of its own and is loaded when asked for."""

import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

from qiki_hil.console.cli.interrupt import raise_on_interrupt
from qiki_hil.console.say import say
from qiki_hil.errors import EXIT_INTERRUPTED, QikiError, StoppedError

COMMANDS = {
    "run": ("qiki_hil.console.cli.run", "Fly a scenario on a rig."),
    "scenario": ("qiki_hil.console.cli.scenario", "Check scenarios before they are flown."),
    "profile": ("qiki_hil.console.cli.profile", "What a thrust profile would do."),
    "campaign": ("qiki_hil.console.cli.campaign", "Fly a scenario many times, dispersed."),
    "runs": ("qiki_hil.console.cli.runs", "Look at runs that are kept, report, remove."),
    "replay": ("qiki_hil.console.cli.replay", "Check a recorded run against the controller."),
    "bot": ("qiki_hil.console.cli.bot", "List, check, show, hash and make BotSpecs."),
    "alloc": ("qiki_hil.console.cli.alloc", "Why these nozzles, and what a craft can do."),
    "can": ("qiki_hil.console.cli.can", "Bus load, and frames in words."),
    "bench": ("qiki_hil.console.cli.bench", "Check kernels against their closed forms."),
    "emulate": ("qiki_hil.console.cli.emulate", "Run the emulated nodes alone."),
}
EXIT_USAGE = 2


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used, so that each starts quickly."""

    def make_context(self, *arguments: Any, **keys: Any) -> click.Context:
        """See click; `--help` prints in here."""
        with in_words():
            return super().make_context(*arguments, **keys)

    def invoke(self, ctx: click.Context) -> Any:
        """See click."""
        with in_words():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order in which they are needed."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        raise_on_interrupt()
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Its commands, without importing any of them."""
        found = [name for name in COMMANDS if name.startswith(incomplete)]
        commands = [CompletionItem(name, help=COMMANDS[name][1]) for name in found]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qiki-hil", prog_name="qiki-hil")
def cli() -> None:
    """Hardware-in-the-loop controller for a space bot with 16 RCS thrusters.

    Exit codes: 0 passed, 1 a check failed, 2 usage or set-up, 130 interrupted.
    """


def main() -> None:
    """Runs the command line; what cannot be done as asked is one message and exit code 2."""
    try:
        prepare_streams()
        cli()
    except StoppedError as error:
        fail(str(error), EXIT_INTERRUPTED)
    except QikiError as error:
        fail(f"error: {error}", EXIT_USAGE)
    except OSError as error:
        # A message of click's own that could not be written.
        fail(f"error: {os_words(error)}", EXIT_USAGE)
    except KeyboardInterrupt:
        fail("interrupted", EXIT_INTERRUPTED)


@contextmanager
def in_words() -> Iterator[None]:
    """Errors of the system and interruptions as a message instead of a traceback. They are caught
    here because Click handles some of them in another way."""
    try:
        yield
    except KeyboardInterrupt:
        fail("interrupted", EXIT_INTERRUPTED)
    except OSError as error:
        raise QikiError(os_words(error)) from error
    except UnicodeEncodeError as error:
        raise QikiError(
            f"text cannot be written in {error.encoding}; set a UTF-8 locale, as LC_ALL=C.UTF-8"
        ) from error
    except RecursionError as error:
        raise QikiError("what was given is nested too deeply to be read") from error


def os_words(error: OSError) -> str:
    """An error of the system in one line."""
    if isinstance(error, BrokenPipeError):
        return "the output was closed before everything was written"
    words = error.strerror or str(error) or type(error).__name__
    if error.filename is not None:
        return f"{error.filename}: {words}"
    return f"cannot read or write: {words}"


def fail(words: str, code: int) -> NoReturn:
    """Ends the program with a line on standard error, where that can still be written."""
    if code == EXIT_INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # pressed again, it has nothing to add
    with suppress(OSError, ValueError):
        say(words, err=True)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            # The unwritten rest is discarded; otherwise Python reports an error at exit.
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)


def prepare_streams() -> None:
    """Makes the standard streams writable. A closed one is opened on the null device, so that the
    next file does not get its number. A letter that the locale lacks becomes `?`."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    main()
