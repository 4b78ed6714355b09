"""How late the loop wakes, next to cyclictest on the same CPU at the same time.

`QIKI_BENCH_SECONDS` is how long both run together: 10 unless told otherwise, 60 for a soak.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benches.ledger import Ledger
from benches.peers.cyclictest import Cyclictest, Latencies
from benches.runs import HOLD, LiveRun, assert_complete
from qiki_hil.kernels import decode_cycles
from qiki_hil.store import RunStore

SECONDS = int(os.environ.get("QIKI_BENCH_SECONDS", "10"))
MARGIN_S = 5
"""The run lasts longer than cyclictest, which begins later and on a full second."""
RATE_HZ = 500
PERIOD_US = 1e6 / RATE_HZ


def test_the_loop_wakes_as_punctually_as_cyclictest(ledger: Ledger, tmp_path: Path) -> None:
    cpu = max(os.sched_getaffinity(0))
    peer = Cyclictest(cpu, 1)
    peer.finish()  # where it may not run, it says so before anything else is started
    options = ["--rig", "sim", "--scenario", str(HOLD), "--rate", str(RATE_HZ)]
    run = LiveRun(tmp_path, [*options, "--duration", str(SECONDS + MARGIN_S)])
    run.wait_for_ticks()
    theirs = Cyclictest(cpu, SECONDS).finish()
    last_tick = run.ticks()
    summary = run.finish()

    if any("not permitted" in words for words in summary["realtime_measures"]):
        pytest.skip(f"real-time measures are not permitted here: {summary['realtime_measures']}")
    assert_complete(summary)
    assert summary["ticks"] + summary["overruns"] >= RATE_HZ * (SECONDS + MARGIN_S)
    assert run.shown_bytes > 1000 * SECONDS, "the live view was not on"
    ours, missed = shared(run.store, last_tick, len(theirs.us))
    compare(ledger, ours, missed, theirs)


def compare(ledger: Ledger, ours: Latencies, missed: NDArray[np.int64], theirs: Latencies) -> None:
    late = theirs.beyond(PERIOD_US)
    what = f"wake-up at {RATE_HZ} Hz, {SECONDS} s"
    ledger.note(f"{what}, max", f"{ours.us[-1]:.0f} us", f"cyclictest {theirs.us[-1]:.0f} us")
    rows = {
        percent: (
            f"{what}, p{percent:g}",
            f"{ours.percentile(percent):.0f} us",
            f"cyclictest {theirs.percentile(percent):.0f} us",
            ours.percentile(percent) / theirs.percentile(percent),
        )
        for percent in (50.0, 99.0, 99.9)
    }
    # Five samples stand beyond p99.9 in ten seconds: chance would decide.
    ledger.note(*rows.pop(99.9))
    try:
        for row in rows.values():
            ledger.judge("wakeup_vs_cyclictest", *row)
    finally:
        ledger.judge(
            "missed_deadlines",
            f"deadlines missed, {SECONDS} s",
            f"{missed.sum()} in {np.count_nonzero(missed)} stalls",
            f"cyclictest {late} stalls over a period",
            0 if late else int(missed.sum()),
        )


def shared(store: Path, last_tick: int, periods: int) -> tuple[Latencies, NDArray[np.int64]]:
    """The loop's wake-ups in the last `periods` periods up to a tick, and by tick how many
    deadlines it passed over in them."""
    with RunStore.open(store) as opened:
        columns = decode_cycles(list(opened.cycle_blobs()))
    missed = np.asarray(columns["overruns"], dtype=np.int64)
    elapsed: NDArray[np.int64] = np.arange(len(missed)) + np.cumsum(missed)
    inside = (elapsed <= elapsed[last_tick - 1]) & (elapsed > elapsed[last_tick - 1] - periods)
    wakeups = np.asarray(columns["wakeup_ns"])[inside]
    return Latencies(np.sort(wakeups[wakeups >= 0]) / 1e3), missed[inside]
