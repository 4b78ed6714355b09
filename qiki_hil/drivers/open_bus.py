"""Opens the bus of an interface by its name."""

from qiki_hil.drivers.bus import Bus
from qiki_hil.drivers.canbus import CanBus
from qiki_hil.drivers.slcanbus import SlcanBus


def open_bus(interface: str, channel: str, *, bitrate: int, tty_baudrate: int | None = None) -> Bus:
    """`slcan` is our own, any other interface is python-can's.

    `tty_baudrate` is the speed of a serial line, baud. Raises RigError with the cause and the cure
    where the bus is not there.
    """
    if interface == "slcan":
        return SlcanBus.open(channel, bitrate=bitrate, tty_baudrate=tty_baudrate)
    return CanBus.open(interface, channel, bitrate=bitrate)
