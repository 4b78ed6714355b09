"""Faults between a rig and the controller: a rig that wraps a rig.

What a sensor or a node does wrong is put in here, the same on every rig; what only the craft can
do wrong (a stuck valve) is passed on to the rig inside. The core does the work, so a campaign that
flies inside the core has the same faults.
"""

from qiki_hil.kernels import VALVE_FAULTS, FaultInjectorCore, Feedback, Truth, ValveCommand
from qiki_hil.rig.base import Fault, Rig


class FaultInjector(Rig):
    """`inner` with faults; the same seed loses the same frames.

    A silent node neither reports nor opens valves, as a node without power. `lost_frames` loses
    each report with the given probability. `counters` adds `reports_suppressed`.
    """

    def __init__(self, inner: Rig, seed: int) -> None:
        self.name = inner.name
        self.lockstep = inner.lockstep
        self.inner = inner
        self._core = FaultInjectorCore(seed)
        self._reported = Feedback()

    def open(self, period_s: float) -> None:
        """See `Rig.open`."""
        self.inner.open(period_s)

    def read(self, feedback: Feedback) -> None:
        """What the rig inside reports, less what the faults take away."""
        if self._core.idle:
            self.inner.read(feedback)
            return
        self.inner.read(self._reported)
        self._core.filter_feedback(self._reported, feedback)

    def write(self, command: ValveCommand) -> None:
        """The command, without the valves of silent nodes."""
        self.inner.write(command if self._core.idle else self._core.filter_command(command))

    def close(self) -> None:
        """See `Rig.close`."""
        self.inner.close()

    def truth(self, truth: Truth) -> bool:
        """See `Rig.truth`."""
        return self.inner.truth(truth)

    def inject(self, fault: Fault) -> None:
        """Begins or ends a fault. Raises RigError for one that is unknown or not possible."""
        fault.check()
        if fault.kind in VALVE_FAULTS:
            self.inner.inject(fault)
        else:
            self._core.set(fault.kind, fault.target, fault.sensor, fault.active)

    @property
    def counters(self) -> dict[str, int]:
        """See `Rig.counters`."""
        return self.inner.counters | {"reports_suppressed": self._core.suppressed}
