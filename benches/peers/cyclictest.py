"""cyclictest (rt-tests): how late this machine wakes a thread that does nothing else."""

import re
import shutil
import subprocess
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

HISTOGRAM_US = 100_000
"""Longer than any stall worth telling apart."""
PHASE_US = 1500
"""Half a period after the loop, whose deadlines lie a quarter past whole periods."""


@dataclass(frozen=True)
class Latencies:
    """Wake-up latencies of one thread, us, sorted."""

    us: NDArray[np.float64]

    def percentile(self, percent: float) -> float:
        """The smallest latency that `percent` of all do not exceed, us."""
        return float(np.percentile(self.us, percent, method="higher"))

    def beyond(self, limit_us: float) -> int:
        """How many are later than the limit."""
        return int((self.us > limit_us).sum())

    def __str__(self) -> str:
        p50, p99, p999 = (self.percentile(p) for p in (50.0, 99.0, 99.9))
        return f"p50 {p50:.0f} p99 {p99:.0f} p99.9 {p999:.0f} max {self.us[-1]:.0f} us"


class Cyclictest:
    """A cyclictest beside a loop of 500 Hz on the same CPU, half a period out of its way.

    On one CPU and at one time both meet the same stalls of the machine, and as the deadlines of
    one lie in the middle between those of the other, neither delays the other.
    """

    def __init__(self, cpu: int, duration_s: int) -> None:
        if shutil.which("cyclictest") is None:
            pytest.skip("needs cyclictest: apt-get install rt-tests")
        command = ["cyclictest", "-m", "-p", "80", "-i", "2000", "-t", "1", "-q"]
        command += ["-a", str(cpu), "-D", str(duration_s), "-h", str(HISTOGRAM_US)]
        command += ["--secaligned", str(PHASE_US)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def finish(self) -> Latencies:
        """Waits for the end. Fails where a latency was beyond the histogram."""
        output = self._process.communicate()[0]
        assert self._process.returncode == 0, output
        return parse(output)


def parse(output: str) -> Latencies:
    """Latencies from a printed histogram (`-h`)."""
    bins = [(int(us), int(n)) for us, n in re.findall(r"^(\d{6}) (\d+)", output, re.M)]
    assert bins, f"no histogram in: {output[:300]}"
    assert re.search(r"Histogram Overflows: 0+$", output, re.M), "a latency beyond the histogram"
    us, counts = np.array(bins).T
    return Latencies(np.repeat(us, counts).astype(np.float64))
