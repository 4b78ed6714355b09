"""Pages that stand in the place of the live sections: events from the beginning on, and help."""

from rich.text import Text

from qiki_hil.command import COMMAND_HELP
from qiki_hil.command.segments import AXES
from qiki_hil.console.live.glyphs import Glyphs
from qiki_hil.console.live.rows import event_rows, title, wrapped
from qiki_hil.console.live.state import LiveState, Page

QUIT = "quit"
HELP = "help"
EVENTS_A_KEY = 5
"""Events that PageUp and PageDown move by."""
ROWS_A_KEY = 10
"""Rows of the help that they move by."""


def help_texts() -> list[tuple[str, str]]:
    """Everything that can be typed while a run goes on, and what it does."""
    pushes = {f"rcs.{axis}" for axis in AXES}
    others = [(entry.usage, entry.meaning) for entry in COMMAND_HELP if entry.name not in pushes]
    return [
        *others,
        ("rcs.AXIS PCT [DUR]", f"push {', '.join(AXES)} for DUR"),
        (HELP, "this list; the same again leaves it"),
        (f"{QUIT} [confirm]", "end the run, valves closed, as Ctrl-C; confirm while armed"),
    ]


def help_lines(width: int) -> list[str]:
    """The help for a screen or a log of this width; in 80 columns and more a line for each."""
    return [
        line for usage, meaning in help_texts() for line in wrapped(f"{usage}  {meaning}", width)
    ]


def open_page(state: LiveState, page: Page) -> None:
    """Shows a page from its beginning: events from the newest on."""
    state.page, state.help_from, state.events_hidden = page, 0, 0


def turned(state: LiveState, keys: int) -> None:
    """Moves the page by so many keys: PageUp is -1, PageDown 1. From the live sections PageUp leads
    to the events; PageDown leads back from the end of a page."""
    if state.page == "help":
        start = state.help_from + ROWS_A_KEY * keys
        state.page = "help" if start < len(help_texts()) else "live"
        state.help_from = max(start, 0) if state.page == "help" else 0
    elif state.page == "events":
        oldest = max(len(state.events) - EVENTS_A_KEY, 0)
        state.events_hidden -= EVENTS_A_KEY * keys
        state.page = "events" if state.events_hidden >= 0 else "live"
        state.events_hidden = min(max(state.events_hidden, 0), oldest)
    elif keys < 0:
        open_page(state, "events")


def page_rows(state: LiveState, width: int, room: int, glyphs: Glyphs) -> list[Text]:
    """The page in at most `room` rows."""
    if room < 2:
        return []
    if state.page == "help":
        lines = help_lines(width)[state.help_from :]
        keys = Text("PageUp, PageDown; help leaves it", "dim")
        return [title("help", width, glyphs, keys), *map(Text, lines[: room - 1])]
    shown = state.events[: len(state.events) - state.events_hidden]
    rows: list[Text] = []
    for event in reversed(shown):
        lines_of = event_rows(event, width, glyphs)
        if len(rows) + len(lines_of) > room - 1:
            break
        rows = lines_of + rows
    hidden = f"{state.events_hidden} newer below; " if state.events_hidden else ""
    keys = Text(f"{hidden}PageUp, PageDown", "dim")
    return [title("events", width, glyphs, keys), *rows]
