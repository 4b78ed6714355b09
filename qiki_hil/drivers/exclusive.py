"""One owner for a device: who comes second is told who has it. An owner that dies lets go.

A device file is locked by flock(2), which other serial programs (picocom, tio, pyserial with
`exclusive`) respect too. A bus without a file has a name: a listening socket in the abstract
namespace, which belongs to the same network as the bus.
"""

import errno
import fcntl
import os
import socket
import struct
from pathlib import Path

from qiki_hil.errors import RigError

SHOWN_CHARS = 100
PEER = struct.Struct("iII")
"""Process, user and group of SO_PEERCRED."""
CURE = "end it first, or give another"


class Exclusive:
    """Holds what it was made for until `release`, or the end of the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Lets go. Idempotent."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def hold_device(path: str, name: str) -> Exclusive:
    """Locks a device file; `name` is for the message. Raises RigError where another process has
    it, OSError where it cannot be opened."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        raise in_use(name, "another program") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = described(locker(descriptor))
        os.close(descriptor)
        raise in_use(name, holder) from None
    return Exclusive(descriptor)


def hold_name(bus: str, name: str) -> Exclusive:
    """Takes the name of a bus on this machine; `name` is for the message. Raises RigError where
    another process has it."""
    address = f"\0qiki-hil/{bus}"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(address)
        listener.listen(1)
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise in_use(name, described(listening(address))) from None
    return Exclusive(listener.detach())


def in_use(name: str, holder: str) -> RigError:
    """The error of a device that somebody has."""
    return RigError(f"CAN bus {name}: in use by {holder}; {CURE}")


def locker(descriptor: int) -> int:
    """The process that has locked the file, 0 where that cannot be known."""
    found = os.fstat(descriptor)
    file = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    try:
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return 0
    locks = [line.split() for line in lines]
    return next((int(lock[4]) for lock in locks if "FLOCK" in lock and file in lock), 0)


def listening(address: str) -> int:
    """The process that listens there, 0 where that cannot be known."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.setblocking(False)
        try:
            client.connect(address)
            peer = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size)
        except OSError:
            return 0
    return int(PEER.unpack(peer)[0])


def described(pid: int) -> str:
    """A process by its command line and number."""
    if pid <= 0:
        return "another process"
    try:
        words = (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    except OSError:
        words = ""
    shown = "".join(c if c.isprintable() else "?" for c in words.strip())[:SHOWN_CHARS]
    return f"{shown or 'another process'} (process {pid})"
