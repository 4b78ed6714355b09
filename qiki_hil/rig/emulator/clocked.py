"""Steps a node set by a clock, with absolute deadlines."""

from collections.abc import Callable

from qiki_hil.rig.emulator.nodes import NodeSet
from qiki_hil.rig.emulator.ports import NodePort

LATE_TICKS = 10
"""Behind by more than this the schedule starts anew: the craft stood still meanwhile."""


def run_by_clock(
    nodes: NodeSet,
    port: NodePort,
    period_ns: int,
    *,
    now_ns: Callable[[], int],
    wait_until_ns: Callable[[int], object],
    before_tick: Callable[[], bool],
) -> dict[str, int]:
    """Runs until `before_tick` says False, then closes the valves; gives the counters.

    Valve commands are taken at the start of the tick after they arrive, the last one of each
    cluster.
    """
    restarts = 0
    deadline_ns = now_ns() + period_ns
    port.send(nodes.report())
    while before_tick():
        wait_until_ns(deadline_ns)
        port.send(nodes.step(port.drain()))
        deadline_ns += period_ns
        if now_ns() - deadline_ns > LATE_TICKS * period_ns:
            restarts += 1
            deadline_ns = now_ns() + period_ns
    nodes.shut_down(port.drain())
    return nodes.counters | port.counters | {"schedule_restarts": restarts}
