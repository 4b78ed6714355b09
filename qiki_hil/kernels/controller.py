"""The controller, for people: feedback and commands in, valve commands out."""

import numpy as np
from numpy.typing import NDArray

from qiki_hil._core import RATE_MAX_HZ, RATE_MIN_HZ, ControllerCore, Feedback, ValveCommand
from qiki_hil.kernels.copying import HoldsCore
from qiki_hil.kernels.craft import CraftSource


def period_us(rate_hz: float) -> int:
    """The tick of a loop rate, whole microseconds. Raises ValueError outside 200..1000 Hz."""
    if not RATE_MIN_HZ <= rate_hz <= RATE_MAX_HZ:
        raise ValueError(f"rate_hz: {rate_hz} given, {RATE_MIN_HZ}..{RATE_MAX_HZ} needed")
    return round(1e6 / rate_hz)


class Controller(HoldsCore):
    """The controller of one craft. A step is a pure function of state and inputs."""

    def __init__(self, spec: CraftSource, *, rate_hz: float = 500.0) -> None:
        """Raises ValueError where the rate is out of range or the craft cannot be controlled."""
        self.period_us = period_us(rate_hz)
        self.core = ControllerCore(spec.core_json(), self.period_us)
        self._tick = 0

    def step(self, feedback: Feedback, command: bytes | None = None) -> ValveCommand:
        """One tick. `command`: an encoded `qiki.commands.v1.Command`. Raises ValueError where
        it cannot be decoded."""
        valves = ValveCommand()
        period_ns = self.period_us * 1000
        self.core.step(self._tick, self._tick * period_ns, period_ns, feedback, valves, command)
        self._tick += 1
        return valves

    def take_record(self) -> bytes:
        """The records since the last call, as one encoded `qiki.telemetry.v1.LoopPacket`."""
        return self.core.take_packet()

    @property
    def mode(self) -> int:
        """`qiki.commands.v1.FlightMode`."""
        return self.core.mode

    @property
    def armed(self) -> bool:
        """Whether valves may be commanded."""
        return self.core.armed

    @property
    def wrench_demanded(self) -> NDArray[np.float64]:
        """(6,) wanted force N and torque N·m, body."""
        return self.core.wrench_demanded

    @property
    def thrust_n(self) -> NDArray[np.float64]:
        """(16,) allocated thrust, N."""
        return self.core.thrust_n
