"""A small program with the live view and the command line, for tests on real terminals.

Ends when told `quit`, breaks when told `break`, and says what it heard in the events.
"""

import asyncio
import sys

from qiki_hil.console.live.command_line import CommandLine
from qiki_hil.console.live.state import ColumnFeed, EventLine, LiveState
from qiki_hil.console.live.view import LiveView
from tests.scenario.synthetic import rows, synthetic_columns


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


async def main(view: bool) -> None:
    columns = synthetic_columns(60.0, timed=True)
    state = LiveState(scenario="demo", rig="sim", rate_hz=100.0, duration_s=60.0)
    feed = ColumnFeed()
    done = asyncio.Event()
    broken: list[str] = []

    def heard(line: str) -> None:
        if not view:
            say(f"heard <{line}>")
        state.events.append(EventLine(state.time_s, f"heard <{line}>"))
        if line == "bad":
            keys.notice = "'bad' is no command"
        if line in ("quit", "break"):
            broken.extend([line] if line == "break" else [])
            done.set()

    async with CommandLine(heard) as keys:
        say("ready")
        if view:
            await show(state, feed, columns, keys, done)
        else:
            await done.wait()
        if broken:
            raise RuntimeError("broken on request")


async def show(state, feed, columns, keys, done) -> None:
    with LiveView() as screen:
        tick = 0
        while not done.is_set():
            tick = min(tick + 10, len(columns["tick"]))
            feed.take(state, rows(columns, slice(tick - 10, tick)), tick / 100.0)
            screen.update(state, keys.prompt)
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main("--view" in sys.argv))
    say("bye")
