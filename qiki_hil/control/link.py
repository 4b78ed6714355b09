"""The link between the loop and its owner: records go out, requests come in.

`LoopLink` is all that the loop knows of its owner. There are two kinds: `SocketLink`, the loop's
end of a SEQPACKET socket pair to the supervisor process (one packet a message), and
`InProcessLink`, for a loop that runs inside the process that records it.

The loop never waits for its supervisor, because a late valve command is worse than a missing
record: a packet that does not fit into the socket's buffer is dropped and its records are
counted. Only where time is simulated does the loop wait. Waiting then costs nothing, and a record
would be lost for no reason.
"""

import select
import socket
from collections.abc import Callable
from typing import Protocol

from qiki_hil._pb.qiki.telemetry.v1 import link_pb2

BUFFER_BYTES = 4 << 20
PACKET_MAX_BYTES = 1 << 20
STATUS_TIMEOUT_S = 5.0
"""How long a start or an end waits for room in the socket."""
SIMULATED_RECORDS_PER_PACKET = 64
"""Where time is simulated records may be late, so they are sent many at a time."""
CYCLES_TAG = 0x0A
"""First byte of a packet that holds cycle records and nothing else."""


class LoopLink(Protocol):
    """The loop's side of the link. A link that breaks sets `lost` and does not raise."""

    @property
    def lost(self) -> bool:
        """Whether the owner is gone; the loop then ends."""

    @property
    def dropped(self) -> int:
        """Records that could not be handed over."""

    def send_cycles(self, packet: bytes, records: int) -> None:
        """Hands over an encoded `LoopPacket` that holds so many cycle records."""

    def requests(self) -> list[link_pb2.LoopRequest]:
        """What the owner has asked for since the last call, oldest first."""


class SocketLink:
    """A `LoopLink` to another process."""

    def __init__(self, end: socket.socket, *, wait: bool) -> None:
        """`end` is the loop's end of `make_pair`. `wait`: time is simulated, so a full buffer is
        waited for."""
        end.setblocking(wait)
        self._end = end
        self._send_flags = 0 if wait else socket.MSG_DONTWAIT
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)
        self.lost = False
        self.dropped = 0

    def send_cycles(self, packet: bytes, records: int) -> None:
        """Hands a packet of records over, or counts them as dropped."""
        try:
            self._end.send(packet, self._send_flags)
        except BlockingIOError:
            self.dropped += records
        except OSError:
            self.lost = True

    def send_status(self, packet: link_pb2.LoopPacket) -> None:
        """Hands over a start or an end. Each comes once and outside the loop's cycle, so this
        waits for room in the buffer."""
        try:
            self._end.settimeout(STATUS_TIMEOUT_S)
            self._end.send(packet.SerializeToString())
        except OSError:
            self.lost = True
        finally:
            self._end.setblocking(self._send_flags == 0)

    def requests(self) -> list[link_pb2.LoopRequest]:
        """See `LoopLink`. Never waits."""
        found: list[link_pb2.LoopRequest] = []
        while not self.lost and self._poll.poll(0):
            try:
                packet = self._end.recv(PACKET_MAX_BYTES, socket.MSG_DONTWAIT)
            except BlockingIOError:
                break
            except OSError:
                packet = b""
            if not packet:
                self.lost = True
                break
            found.append(link_pb2.LoopRequest.FromString(packet))
        return found


class InProcessLink:
    """A `LoopLink` to a function of the same process, which takes every packet and requests
    nothing."""

    lost = False
    dropped = 0

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def send_cycles(self, packet: bytes, records: int) -> None:  # noqa: ARG002
        """Calls the function; what it raises ends the loop."""
        self._take(packet)

    def requests(self) -> list[link_pb2.LoopRequest]:
        """None."""
        return []


def make_pair() -> tuple[socket.socket, socket.socket]:
    """The supervisor's end and the loop's end of a new link."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    return ours, theirs
