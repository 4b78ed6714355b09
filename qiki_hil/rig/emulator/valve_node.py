"""One valve node: the firmware's rules about when a valve may be open.

1. Without ARMED it obeys nothing; DISARMED, or three cycle times without ARMED, close its valves.
2. A valve command counts for one tick. Where one is missing each valve is held as the last
   command left it; three periods after the last command the node closes by itself (FAILSAFE) and
   stays closed until the next command.
3. After it has closed by itself it cannot know which edge an on-time inside the tick means, for
   the controller may take the valve for open: such a first command leaves the valve closed.
4. The on-time of a throttled valve is its level and no edge: it is held as it is where a command
   is missing, and obeyed as it is after the node has closed by itself.
"""

from collections.abc import Iterable, Sequence

from qiki_hil.rig.base import NodeState

FAILSAFE_PERIODS = 3
ARMING_CYCLES = 3

OnTimes = tuple[int, int, int, int]
CLOSED: OnTimes = (0, 0, 0, 0)


class ValveNode:
    """Arming, command check and failsafe of one cluster, tick by tick."""

    def __init__(
        self,
        period_us: int,
        arming_ticks: int,
        throttleable: Sequence[bool] = (False, False, False, False),
    ) -> None:
        """`arming_ticks`: how long ARMED lasts without another, ticks. `throttleable`: (4,) which
        valves take a level."""
        self.state = NodeState.SILENT
        self._period_us = period_us
        self._throttleable = tuple(throttleable)
        self._arming_ticks = arming_ticks
        self._armed_left = 0
        self._command: OnTimes | None = None
        self._missed = 0
        self._closed_by_itself = False
        # What each valve is given in a tick without a command.
        self._held = CLOSED

    @property
    def armed(self) -> bool:
        """Whether commands are obeyed."""
        return self._armed_left > 0

    def arm(self, period_us: int) -> None:
        """ARMED has arrived, from a controller with this period, µs."""
        if period_us != self._period_us:
            self._close(NodeState.FAULT)
            self._armed_left = 0
            return
        if not self.armed:
            self._missed = 0
            self._command = None
        self._armed_left = self._arming_ticks

    def disarm(self, period_us: int) -> None:
        """DISARMED has arrived, from a controller with this period, µs. Where it is another one,
        the controller is told so before it arms."""
        self._armed_left = 0
        self._close(NodeState.SILENT if period_us == self._period_us else NodeState.FAULT)
        self._closed_by_itself = False

    def command(self, on_time_us: OnTimes) -> None:
        """A valve command has arrived; of several within a tick the last counts."""
        if self.armed:
            self._command = on_time_us

    def tick(self) -> OnTimes:
        """The on-times of the valves in the tick that begins, µs, by the edge rule."""
        if not self.armed:
            if self.state in (NodeState.ARMED, NodeState.FAILSAFE):
                self._close(NodeState.SILENT)
                self._closed_by_itself = True
            return CLOSED
        self._armed_left -= 1
        if self._command is not None:
            return self._obey(self._command)
        self._missed += 1
        if self._missed >= FAILSAFE_PERIODS:
            self._close(NodeState.FAILSAFE)
            self._closed_by_itself = True
        elif self.state is not NodeState.FAILSAFE:
            self.state = NodeState.ARMED
        return self._held

    def _obey(self, on_time_us: OnTimes) -> OnTimes:
        if self._closed_by_itself:
            on_time_us = _four(
                us if takes_level or us >= self._period_us else 0
                for us, takes_level in zip(on_time_us, self._throttleable, strict=True)
            )
        self._closed_by_itself = False
        self._command = None
        self._missed = 0
        self.state = NodeState.ARMED
        valves = zip(on_time_us, self._held, self._throttleable, strict=True)
        self._held = _four(
            us if takes_level else self._at_end(us, held) for us, held, takes_level in valves
        )
        return on_time_us

    def _at_end(self, on_time_us: int, held_us: int) -> int:
        """What a valve that is on or off goes on with after a tick with this on-time."""
        is_open = on_time_us >= self._period_us or (on_time_us > 0 and held_us == 0)
        return self._period_us if is_open else 0

    def _close(self, state: NodeState) -> None:
        self.state = state
        self._command = None
        self._held = CLOSED


def _four(values: Iterable[int]) -> OnTimes:
    a, b, c, d = values
    return a, b, c, d
