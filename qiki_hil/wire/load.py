"""Worst-case load of the bus, from the DBC.

A classic CAN data frame with an 11-bit identifier and n payload bytes has 44 + 8 n bits from start
of frame to end of frame. The 34 + 8 n bits up to the CRC are bit-stuffed: at worst one stuff bit
after the first five and then after every four, floor((34 + 8 n - 1) / 4). Three bits of
interframe space follow. (R. I. Davis et al., "Controller Area Network (CAN) schedulability
analysis", Real-Time Systems 35, 2007, eq. 1 and 2.) Eight bytes: 135 bits.
"""

from dataclasses import dataclass

from qiki_hil.kernels import RATE_MAX_HZ, RATE_MIN_HZ
from qiki_hil.wire.catalogue import Catalogue, Frame

MAX_LOAD_RATIO = 0.6
"""Planned load of a bus at most, so that errors and retries still find room."""
LOOP_RATES_HZ = range(RATE_MIN_HZ, RATE_MAX_HZ + 1)
"""Every rate that a control loop can have."""


@dataclass(frozen=True, slots=True)
class FrameLoad:
    """What one frame takes of the bus."""

    frame: Frame
    bits: int
    rate_hz: float
    ratio: float


@dataclass(frozen=True, slots=True)
class BusLoad:
    """What all frames take of the bus."""

    frames: tuple[FrameLoad, ...]
    rate_hz: float
    bitrate: int
    ratio: float


def worst_case_bits(payload_bytes: int) -> int:
    """Longest that a data frame with an 11-bit identifier can be on the wire, in bits."""
    stuffed = 34 + 8 * payload_bytes
    return 44 + 8 * payload_bytes + (stuffed - 1) // 4 + 3


def bus_load(dbc: Catalogue, rate_hz: float, bitrate: int) -> BusLoad:
    """Load at a loop rate (Hz) and a bit rate (bit/s), as a ratio of the bit rate.

    A frame that goes out every tick has the loop's rate; any other has its own, and never more
    than one a tick.
    """
    if rate_hz <= 0 or bitrate <= 0:
        raise ValueError(f"rate {rate_hz} Hz, bitrate {bitrate} bit/s: both must be above zero")
    loads = tuple(_frame_load(frame, rate_hz, bitrate) for frame in dbc.frames.values())
    return BusLoad(loads, rate_hz, bitrate, sum(load.ratio for load in loads))


def highest_rate_hz(
    dbc: Catalogue, bitrate: int, max_ratio: float, rates_hz: range = LOOP_RATES_HZ
) -> int | None:
    """The highest of `rates_hz` (rising) whose load is at most `max_ratio`; None where none is."""
    fitting = (r for r in reversed(rates_hz) if bus_load(dbc, r, bitrate).ratio <= max_ratio)
    return next(fitting, None)


def _frame_load(frame: Frame, rate_hz: float, bitrate: int) -> FrameLoad:
    if frame.every_tick:
        own_rate_hz = rate_hz
    elif frame.cycle_time_ms:
        own_rate_hz = min(rate_hz, 1000.0 / frame.cycle_time_ms)
    else:
        own_rate_hz = 0.0
    bits = worst_case_bits(frame.length)
    return FrameLoad(frame, bits, own_rate_hz, bits * own_rate_hz / bitrate)
