"""The live view on a terminal, and plain lines where there is none."""

from contextlib import nullcontext
from types import TracebackType
from typing import Protocol, Self, TextIO, cast

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.segment import Segment

from qiki_hil.console.live.frame import Prompt, frame_lines
from qiki_hil.console.live.glyphs import glyphs_for
from qiki_hil.console.live.outlet import Outlet
from qiki_hil.console.live.plain import event_line, status_line
from qiki_hil.console.live.state import EventLine, LiveState


class View(Protocol):
    """What a run shows itself on. Use it as a context manager."""

    def update(self, state: LiveState, prompt: Prompt | None = None) -> None:
        """Shows the state as it is now."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class _Frame:
    """Renders to exactly the size that the terminal has at that moment."""

    def __init__(self, state: LiveState, prompt: Prompt | None, spare_rows: int) -> None:
        self._state = state
        self._prompt = prompt
        self._spare_rows = spare_rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        height = max(console.height - self._spare_rows, 1)
        glyphs = glyphs_for(options.encoding)
        lines = frame_lines(self._state, options.max_width, height, glyphs, self._prompt)
        for index, line in enumerate(lines):
            if index:
                yield Segment.line()
            yield from line.render(console)


class LiveView:
    """The whole screen, drawn in place: rows are overwritten, never cleared, so nothing flickers.

    With `screen` it takes the alternate screen and gives it back in the end; else the last
    frame stays. Colours follow the terminal and NO_COLOR; without them nothing is lost. With an
    `outlet` it draws no frame before the one before it is read.
    """

    def __init__(
        self,
        console: Console | None = None,
        *,
        screen: bool = True,
        outlet: Outlet | None = None,
    ) -> None:
        self._outlet = outlet
        self._console = console or Console(highlight=False, file=cast("TextIO | None", outlet))
        self._spare_rows = 0 if screen else 1
        self._live = Live(
            console=self._console,
            screen=screen,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )

    def update(self, state: LiveState, prompt: Prompt | None = None) -> None:
        """Draws a frame."""
        if self._outlet is not None and not self._outlet.idle:
            return
        self._live.update(_Frame(state, prompt, self._spare_rows), refresh=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._outlet or nullcontext():
            if self._outlet is not None:
                self._outlet.finish()  # the end must not be left out
            self._live.stop()


class PlainView:
    """One line a second and one for every event, for pipes and log files.

    An output that is gone (a closed pipe) silences the view; it never stops the run.
    """

    def __init__(self, out: TextIO | Outlet, interval_s: float = 1.0) -> None:
        self._out = out
        self._interval_s = interval_s
        self._next_s = 0.0
        self._last_event: EventLine | None = None
        self._glyphs = glyphs_for(out.encoding)

    def update(self, state: LiveState, prompt: Prompt | None = None) -> None:  # noqa: ARG002
        """Prints what is new; the interval is counted in wall time."""
        for event in self._new_events(state):
            self._print(event_line(event, self._glyphs))
        heard = state.ages_s.get("record", 0.0) is not None
        if heard and state.wall_s >= self._next_s:
            self._next_s = (state.wall_s // self._interval_s + 1.0) * self._interval_s
            self._print(status_line(state, self._glyphs))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(self._out, Outlet):
            self._out.finish()

    def _new_events(self, state: LiveState) -> list[EventLine]:
        """Events after the last one printed; the list may have lost old ones at its front."""
        events = list(state.events)
        for index in range(len(events) - 1, -1, -1):
            if events[index] is self._last_event:
                events = events[index + 1 :]
                break
        self._last_event = events[-1] if events else self._last_event
        return events

    def _print(self, line: str) -> None:
        try:
            self._out.write(f"{line}\n")
            self._out.flush()
        except (OSError, ValueError):
            self._next_s = float("inf")
