"""A rig seen through the resolution of the frames, without a bus.

What the frames round off is the only difference between a simulated rig and the same craft behind
a CAN bus: a `QuantisedRig` around a `SimRig` gives a controller the same bits as a `VirtualRig`.
"""

from collections.abc import Sequence
from itertools import chain

from qiki_hil.kernels import Feedback, Truth, ValveCommand
from qiki_hil.rig.base import Fault, Rig
from qiki_hil.rig.feedback_frames import FeedbackDecoder, reports
from qiki_hil.rig.power_frames import BUS_NODES, PowerReporter
from qiki_hil.rig.schedule import loop_rate_hz
from qiki_hil.wire import Catalogue


class QuantisedRig(Rig):
    """Passes the feedback of `inner` through encode and decode of its frames.

    Valve commands are whole microseconds in the frames as in `ValveCommand`: they pass as they
    are. What has no frame (the specific force) does not arrive.
    """

    def __init__(
        self,
        inner: Rig,
        catalogue: Catalogue | None = None,
        node_names: Sequence[str] = BUS_NODES,
    ) -> None:
        """`node_names` are the craft's thermal nodes, in its order."""
        self.name = f"{inner.name} (quantised)"
        self.lockstep = inner.lockstep
        self._inner = inner
        self._catalogue = catalogue or Catalogue.shipped()
        self._exact = Feedback()
        self._node_names = node_names
        self._start(1.0)

    def open(self, period_s: float) -> None:
        """See `Rig.open`."""
        self._start(period_s)
        self._inner.open(period_s)

    def read(self, feedback: Feedback) -> None:
        """See `Rig.read`."""
        self._inner.read(self._exact)
        feedback.clear()
        detail = self._detail.reports(self._tick, self._exact)
        for name, values in chain(reports(self._exact, self._exact.node_state), detail):
            frame = self._catalogue[name]
            self._decoder.decode(name, frame.decode(frame.encode(values)), feedback)
        self._tick += 1

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
        return self._inner.counters | self._decoder.counters

    def _start(self, period_s: float) -> None:
        self._tick = 0
        self._decoder = FeedbackDecoder(self._node_names)
        self._detail = PowerReporter(self._catalogue, loop_rate_hz(period_s), self._node_names)
