"""What happens when a cycle takes longer than its period.

Deadlines stand on a fixed grid. A cycle that ends after the next deadline makes the loop pass
over every deadline it has missed and go on with the first one to come: lost ticks are counted,
never caught up in a burst, because two valve commands in one period help nobody. A loop that
misses a deadline in every cycle for a whole second cannot do its job and gives up.
"""

GIVE_UP_AFTER_NS = 1_000_000_000
"""Missing a deadline in every cycle for this long ends the loop, ns."""


class OverrunPolicy:
    """Deadlines of a loop. Times are arguments, ns of one monotonic clock."""

    def __init__(self, period_ns: int, first_deadline_ns: int) -> None:
        self.period_ns = period_ns
        self.deadline_ns = first_deadline_ns
        self.total = 0
        """Deadlines passed over so far."""
        self.exhausted = False
        """The loop cannot keep its rate and must end."""
        self._late_since_ns: int | None = None

    def advance(self, now_ns: int) -> int:
        """Moves to the next deadline still to come; returns how many were passed over."""
        due_ns = self.deadline_ns + self.period_ns
        missed = 0
        if now_ns > due_ns:
            missed = (now_ns - due_ns + self.period_ns - 1) // self.period_ns
        self.deadline_ns = due_ns + missed * self.period_ns
        self.total += missed
        self._judge(missed, now_ns)
        return missed

    def _judge(self, missed: int, now_ns: int) -> None:
        if not missed:
            self._late_since_ns = None
        elif self._late_since_ns is None:
            self._late_since_ns = now_ns
        elif now_ns - self._late_since_ns >= GIVE_UP_AFTER_NS:
            self.exhausted = True
