"""Options that several commands share."""

import click

from qiki_hil.console.cli.completion import names_or_files
from qiki_hil.spec import BotSpec
from qiki_hil.spec.generate import BASE

bot_option = click.option(
    "--bot",
    default=BASE,
    show_default=True,
    help="A bot's name, or its YAML file.",
    shell_complete=names_or_files(BotSpec.shipped),
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
