"""The fast loop: rig.read, controller.step, rig.write, and a record of it, every tick.

Nothing here waits for anything but the pacer. The order within a tick is fixed: what was asked
for is taken up, sensors are read, the controller steps, valves are written, and only then is
the record handed over.
"""

from collections import deque
from collections.abc import Sequence

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.control.closing import close_valves
from qiki_hil.control.link import LoopLink
from qiki_hil.control.pacer import Clock, Pacer
from qiki_hil.errors import RigError
from qiki_hil.kernels import ControllerCore, Feedback, Truth, ValveCommand
from qiki_hil.rig import Fault, Rig

Timeline = Sequence[tuple[int, command_pb2.Command | link_pb2.RigFault]]
TRUTH_RATE_HZ = 50
"""How often the truth of a simulated rig is recorded, Hz."""


class Loop:
    """One run of the loop over an open rig."""

    def __init__(
        self,
        rig: Rig,
        controller: ControllerCore,
        link: LoopLink,
        pacer: Pacer,
        clock: Clock,
        *,
        period_us: int,
        ticks: int | None,
        timeline: Timeline,
        records_per_packet: int,
        timed: bool,
    ) -> None:
        """`ticks`: None runs until stopped. `timed`: records tell how long things took."""
        self.rig = rig
        self.controller = controller
        self.link = link
        self.stop_requested = False
        self._pacer = pacer
        self._clock = clock
        self._period_ns = period_us * 1000
        self._ticks = ticks
        self._batch = records_per_packet
        self._timed = timed
        self._truth_every = max(1, round(1e6 / period_us / TRUTH_RATE_HZ))
        self._faults = deque((t, m) for t, m in timeline if isinstance(m, link_pb2.RigFault))
        self._timed_commands = deque(
            (t, m.SerializeToString()) for t, m in timeline if isinstance(m, command_pb2.Command)
        )
        self._commands: deque[bytes] = deque()
        self._feedback = Feedback()
        self._valves = ValveCommand()
        self._truth = Truth()
        self._timing: tuple[int, int, int, int, int, int] | None = None

    def stop(self) -> None:
        """Ends the loop in order, before the next tick."""
        self.stop_requested = True

    def run(self) -> link_pb2.LoopEnded:
        """Runs to the end, closes the rig, and says how it went."""
        start_ns = self._clock()
        tick, end, detail = 0, link_pb2.LOOP_END_UNSPECIFIED, ""
        try:
            while (end := self._end(tick)) == link_pb2.LOOP_END_UNSPECIFIED:
                self._tick(tick)
                tick += 1
        except RigError as error:
            end, detail = link_pb2.LOOP_END_RIG_FAILED, str(error)
        except BaseException:
            # Whatever broke, the valves come first.
            self._close_rig()
            raise
        wall_ns, overruns = self._clock() - start_ns, self._pacer.total_missed
        doubts = self._close()
        if packet := self.controller.take_packet():
            # Never an empty one: to the supervisor that is the end of the link.
            self.link.send_cycles(packet, max(1, tick % self._batch))
        return link_pb2.LoopEnded(
            end=end,
            detail=detail,
            ticks=tick,
            records_dropped=self.link.dropped,
            overruns=overruns,
            rig_counters=self.rig.counters,
            wall_ns=wall_ns,
            valves_closed=not doubts,
            valves_doubt=", ".join(doubts),
            commands_unanswered=self._unanswered(end),
        )

    def _end(self, tick: int) -> link_pb2.LoopEnd:
        """Whether the loop is over before this tick, and why."""
        if self.link.lost:
            return link_pb2.LOOP_END_SUPERVISOR_LOST
        if self.stop_requested:
            return link_pb2.LOOP_END_STOPPED
        if self._ticks is not None and tick >= self._ticks:
            return link_pb2.LOOP_END_COMPLETED
        if self._pacer.exhausted:
            return link_pb2.LOOP_END_OVERRUN
        return link_pb2.LOOP_END_UNSPECIFIED

    def _tick(self, tick: int) -> None:
        pacer, clock, controller = self._pacer, self._clock, self.controller
        pacer.wait()
        command = self._take_up(tick)
        period_ns = self._period_ns if self.rig.lockstep else pacer.period_ns
        woke_ns = clock()
        self.rig.read(self._feedback)
        read_ns = clock()
        known = tick % self._truth_every == 0 and self.rig.truth(self._truth)
        controller.step(
            tick,
            tick * self._period_ns,
            period_ns,
            self._feedback,
            self._valves,
            command,
            self._truth if known else None,
            self._timing,
        )
        step_ns = clock()
        self.rig.write(self._valves)
        written_ns = clock()
        if (tick + 1) % self._batch == 0:
            self.link.send_cycles(controller.take_packet(), self._batch)
        if self._timed:
            self._timing = (
                pacer.late_ns,
                read_ns - woke_ns,
                step_ns - read_ns,
                written_ns - step_ns,
                clock() - written_ns,
                pacer.missed,
            )

    def _take_up(self, tick: int) -> bytes | None:
        """Begins what is due; returns the one command the controller takes in this tick."""
        for request in self.link.requests():
            which = request.WhichOneof("request")
            if which == "command":
                self._commands.append(request.command.SerializeToString())
            elif which == "fault":
                self._inject(request.fault)
            else:
                self.stop_requested = True
        while self._faults and self._faults[0][0] <= tick:
            self._inject(self._faults.popleft()[1])
        if self._timed_commands and self._timed_commands[0][0] <= tick:
            return self._timed_commands.popleft()[1]
        return self._commands.popleft() if self._commands else None

    def _unanswered(self, end: link_pb2.LoopEnd) -> int:
        """Commands that no tick was left for: a tick takes one, and those of one moment can outlast
        the run. What a run that ended early had still before it does not count."""
        completed = end == link_pb2.LOOP_END_COMPLETED
        return len(self._commands) + completed * len(self._timed_commands)

    def _inject(self, fault: link_pb2.RigFault) -> None:
        self.rig.inject(
            Fault(kind=fault.kind, target=fault.target, sensor=fault.sensor, active=fault.active)
        )

    def _close(self) -> list[str]:
        """Closes valves and rig. Why the valves may be open; empty where the nodes say closed."""
        try:
            doubts = close_valves(self.rig, self._pacer, self._period_ns * 1e-9)
        except RigError as error:
            doubts = [str(error)]
        finally:
            failure = self._close_rig()
        return doubts or failure

    def _close_rig(self) -> list[str]:
        try:
            self.rig.close()
        except RigError as error:
            return [str(error)]
        return []
