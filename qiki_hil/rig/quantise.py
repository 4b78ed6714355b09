"""A rig seen through the resolution of the frames, without a bus.

What the frames round off is the only difference between a simulated rig and the same craft behind
a CAN bus: a `QuantisedRig` around a `SimRig` gives a controller the same bits as a `VirtualRig`.
"""

from qiki_hil.kernels import Feedback, Truth, ValveCommand
from qiki_hil.rig.base import Fault, Rig
from qiki_hil.rig.reports import FeedbackFiller, reports
from qiki_hil.wire import Catalogue


class QuantisedRig(Rig):
    """Passes the feedback of `inner` through encode and decode of its frames.

    Valve commands are whole microseconds in the frames as in `ValveCommand`: they pass as they
    are. What has no frame (the specific force) does not arrive.
    """

    def __init__(self, inner: Rig, catalogue: Catalogue | None = None) -> None:
        self.name = f"{inner.name} (quantised)"
        self.lockstep = inner.lockstep
        self._inner = inner
        self._catalogue = catalogue or Catalogue.shipped()
        self._exact = Feedback()
        self._filler = FeedbackFiller()

    def open(self, period_s: float) -> None:
        """See `Rig.open`."""
        self._filler = FeedbackFiller()
        self._inner.open(period_s)

    def read(self, feedback: Feedback) -> None:
        """See `Rig.read`."""
        self._inner.read(self._exact)
        feedback.clear()
        for name, values in reports(self._exact, self._exact.node_state):
            frame = self._catalogue[name]
            self._filler.fill(name, frame.decode(frame.encode(values)), feedback)

    def write(self, command: ValveCommand) -> None:
        """See `Rig.write`."""
        self._inner.write(command)

    def close(self) -> None:
        """See `Rig.close`."""
        self._inner.close()

    def truth(self, truth: Truth) -> bool:
        """See `Rig.truth`."""
        return self._inner.truth(truth)

    def inject(self, fault: Fault) -> None:
        """See `Rig.inject`."""
        self._inner.inject(fault)

    @property
    def counters(self) -> dict[str, int]:
        """See `Rig.counters`."""
        return self._inner.counters | self._filler.counters
