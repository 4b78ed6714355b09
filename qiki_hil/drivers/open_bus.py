"""Opens the bus of an interface by its name, for this process alone."""

from typing import Literal

from qiki_hil.drivers.bus import Bus
from qiki_hil.drivers.canbus import CanBus, Daemon
from qiki_hil.drivers.exclusive import hold_name
from qiki_hil.drivers.slcanbus import SlcanBus

Side = Literal["controller", "nodes"]
"""The two ends of a bus: each may be on this machine once."""


def open_bus(
    interface: str,
    channel: str,
    *,
    bitrate: int,
    tty_baudrate: int | None = None,
    daemon: Daemon | None = None,
    side: Side = "controller",
) -> Bus:
    """`slcan` is our own, any other interface is python-can's.

    `tty_baudrate` is the speed of a serial line, baud; `daemon` where socketcand listens. Raises
    RigError with the cause and the cure where the bus is not there or another process has it.
    """
    if interface == "slcan":
        return SlcanBus.open(channel, bitrate=bitrate, tty_baudrate=tty_baudrate)
    if channel.startswith("/"):  # a device file, which `CanBus` locks
        return CanBus.open(interface, channel, bitrate=bitrate)
    where = "" if daemon is None else f" {daemon.host}:{daemon.port}"
    hold = hold_name(f"{side} {interface}{where} {channel}", f"{interface} {channel}")
    try:
        return CanBus.open(interface, channel, bitrate=bitrate, daemon=daemon, hold=hold)
    except BaseException:
        hold.release()
        raise
