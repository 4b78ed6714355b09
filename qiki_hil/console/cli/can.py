"""`qiki-hil can`: what the bus carries, and what a log of it says."""

from collections import Counter, defaultdict
from typing import BinaryIO

import click
from rich.table import Table

from qiki_hil.console.safe_console import report_console
from qiki_hil.console.say import say
from qiki_hil.drivers.can_log import read_log
from qiki_hil.wire import MAX_LOAD_RATIO, BusLoad, Catalogue, CheckedFrame, E2eChecker, bus_load
from qiki_hil.wire.candump import LogLine, Unused

EXIT_CHECK_FAILED = 1
_WIDTH = 80


@click.group()
def can() -> None:
    """Load and decoding of the CAN bus that the DBC describes."""


@can.command()
@click.option(
    "--rate",
    "rate_hz",
    type=click.IntRange(1, 10_000),
    default=500,
    show_default=True,
    help="Loop rate, Hz.",
)
@click.option(
    "-b",
    "--bitrate",
    type=click.IntRange(10_000),
    default=1_000_000,
    show_default=True,
    help="Bit rate of the bus, bit/s.",
)
@click.pass_context
def load(context: click.Context, rate_hz: int, bitrate: int) -> None:
    """Show the worst-case load of the bus; exit with 1 above 60 %."""
    result = bus_load(Catalogue.shipped(), rate_hz, bitrate)
    report_console(_WIDTH).print(_load_table(result))
    verdict = "fits" if result.ratio <= MAX_LOAD_RATIO else "too much"
    say(
        f"total {result.ratio:.2%} of {bitrate} bit/s at {rate_hz} Hz: {verdict}, "
        f"{MAX_LOAD_RATIO:.0%} allowed"
    )
    if result.ratio > MAX_LOAD_RATIO:
        context.exit(EXIT_CHECK_FAILED)


@can.command()
@click.argument("log", type=click.File("rb"), default="-")
@click.pass_context
def decode(context: click.Context, log: BinaryIO) -> None:
    """Decode a log: `candump can0 | qiki-hil can decode`.

    LOG is a file, or standard input: lines of candump with whatever options, ASC, BLF, TRC, the CSV
    of python-can, also packed with gzip; it may hold several channels. What cannot be used is
    counted, and the counts stand on standard error at the end. Ends with exit code 1 where nothing
    was decoded.
    """
    decoder = _LogDecoder()
    try:
        for item in read_log(log):
            decoder.take(item)
    finally:
        say(decoder.summary(), err=True)
    if not decoder.decoded:
        context.exit(EXIT_CHECK_FAILED)


class _LogDecoder:
    """Prints the frames of a log. Each channel is a bus of its own, with its own counters."""

    def __init__(self) -> None:
        catalogue = Catalogue.shipped()
        self._checkers = defaultdict[str, E2eChecker](lambda: E2eChecker(catalogue))
        self._unused = Counter[str]()

    @property
    def decoded(self) -> int:
        """Frames that passed every check."""
        return sum(c.counters["frames_received"] for c in self._checkers.values())

    def take(self, item: LogLine | Unused) -> None:
        """A frame of the log, or something else in it."""
        if isinstance(item, Unused):
            self._unused[item] += 1
        elif item.frame.remote:
            self._unused["remote_frame"] += 1
        else:
            received = self._checkers[item.channel].check(item.frame)
            if received is not None:
                say(_decoded(item, received))

    def summary(self) -> str:
        """What was decoded, and what was dropped for which reason."""
        counts = self._unused.copy()
        for checker in self._checkers.values():
            counts.update(checker.counters)
        decoded = counts.pop("frames_received", 0)
        dropped = ", ".join(f"{reason} {n}" for reason, n in counts.items() if n)
        return f"{decoded} frames decoded; {dropped or 'nothing dropped'}"


def _load_table(load: BusLoad) -> Table:
    table = Table("frame", "id", "bytes", "bits", "rate Hz", "load %")
    for column in table.columns[1:]:
        column.justify = "right"
    for entry in load.frames:
        frame = entry.frame
        table.add_row(
            frame.name,
            f"0x{frame.frame_id:03X}",
            str(frame.length),
            str(entry.bits),
            f"{entry.rate_hz:g}",
            f"{100 * entry.ratio:.3f}",
        )
    return table


def _decoded(line: LogLine, received: CheckedFrame) -> str:
    stamp = f"({line.stamp}) " if line.stamp else ""
    channel = f"{line.channel} " if line.channel else ""
    values = " ".join(
        f"{name}={signal.text(received.values[name]).replace(' ', '_')}"
        for name, signal in received.frame.signals.items()
        if name not in ("counter", "crc")
    )
    return f"{stamp}{channel}{received.frame.name} {values}"
