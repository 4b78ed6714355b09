"""The command `qiki-hil`, also as `python -m qiki_hil`.

Little is imported before Ctrl-C has an answer: loading the rest takes a good part of a second.
"""

from qiki_hil.console.cli.interrupt import leave_on_interrupt


def main() -> None:
    """Runs the command line."""
    leave_on_interrupt()
    from qiki_hil.console.cli.main import main

    main()


if __name__ == "__main__":
    main()
