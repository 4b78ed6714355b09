"""The wire: bytes to values and back, and nothing else.

Everything here is pure: no ports, no threads, no clock. `firmware_protocols/qiki.dbc` is the one
place where a frame is described; `Catalogue` reads it through cantools and no identifier or bit
position is written down a second time.

    Catalogue, Frame      the frames of the DBC; values to bytes and back
    E2eProtector          end-to-end protection, sender's side: adds counter and CRC
    E2eChecker            the receiver's side: checks length, CRC and counter, counts bad frames
    bus_load              worst-case load of the bus
    lawicel, candump      two text forms of a frame
    smallest_three        an attitude in 50 bits

Bytes that come from a wire never raise: they give a value or a counted reason. A caller's mistake
(a missing value, a number that is not finite where the frame cannot say so) raises ValueError.
"""

from qiki_hil.wire.catalogue import Catalogue, Frame, Values
from qiki_hil.wire.e2e import CheckedFrame, E2eChecker, E2eProtector
from qiki_hil.wire.load import MAX_LOAD_RATIO, BusLoad, bus_load, highest_rate_hz
from qiki_hil.wire.raw import RawFrame
from qiki_hil.wire.smallest_three import from_smallest_three, smallest_three

__all__ = [
    "MAX_LOAD_RATIO",
    "BusLoad",
    "Catalogue",
    "CheckedFrame",
    "E2eChecker",
    "E2eProtector",
    "Frame",
    "RawFrame",
    "Values",
    "bus_load",
    "from_smallest_three",
    "highest_rate_hz",
    "smallest_three",
]
