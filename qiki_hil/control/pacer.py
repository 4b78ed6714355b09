"""When the next tick may begin."""

from collections.abc import Callable
from typing import Protocol

from qiki_hil.control.overrun import OverrunPolicy
from qiki_hil.kernels import wait_until_ns

Clock = Callable[[], int]

LEAD_NS = 5_000_000
"""From set-up to the first deadline, ns."""


class Pacer(Protocol):
    """Paces a loop; after `wait` the attributes tell of the tick that begins."""

    late_ns: int
    """From the deadline to the wake-up."""
    period_ns: int
    """Measured since the tick before."""
    missed: int
    """Deadlines passed over because of the tick before."""

    @property
    def total_missed(self) -> int:
        """Deadlines passed over so far."""

    @property
    def exhausted(self) -> bool:
        """The rate cannot be kept."""

    def wait(self) -> None:
        """Returns when the next tick may begin."""


class DeadlinePacer:
    """Absolute deadlines on the monotonic clock."""

    def __init__(self, period_ns: int, clock: Clock) -> None:
        self._clock = clock
        # A quarter past whole periods of the clock: off the kernel's own tick, and at a known
        # phase, so that whoever shares the processor can keep out of the way.
        first_ns = (clock() + LEAD_NS) // period_ns * period_ns + period_ns // 4
        self._policy = OverrunPolicy(period_ns, first_ns - period_ns)
        self._woke_ns = 0
        self.late_ns = 0
        self.period_ns = period_ns
        self.missed = 0

    def wait(self) -> None:
        """See `Pacer`."""
        policy = self._policy
        self.missed = policy.advance(self._clock())
        wait_until_ns(policy.deadline_ns)
        now_ns = self._clock()
        if self._woke_ns:
            self.period_ns = now_ns - self._woke_ns
        self._woke_ns = now_ns
        self.late_ns = now_ns - policy.deadline_ns

    @property
    def total_missed(self) -> int:
        """Deadlines passed over so far."""
        return self._policy.total

    @property
    def exhausted(self) -> bool:
        """The rate cannot be kept."""
        return self._policy.exhausted


class FreePacer:
    """No waiting: for rigs whose time moves with the loop."""

    def __init__(self, period_ns: int) -> None:
        self.late_ns = 0
        self.period_ns = period_ns
        self.missed = 0
        self.total_missed = 0
        self.exhausted = False

    def wait(self) -> None:
        """See `Pacer`."""
