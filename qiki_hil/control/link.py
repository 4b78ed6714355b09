"""The link between loop and supervisor: a SEQPACKET socket pair, one packet a message.

The loop never waits for its supervisor: a packet that does not fit into the socket's buffer is
dropped and its records are counted. Only where time is simulated does the loop wait, because
then waiting costs nothing and a record lost would be a record missing for no reason.
"""

import select
import socket

from qiki_hil._pb.qiki.telemetry.v1 import link_pb2

BUFFER_BYTES = 4 << 20
PACKET_MAX_BYTES = 1 << 20
LAST_WORDS_TIMEOUT_S = 2.0
CYCLES_TAG = 0x0A
"""First byte of a packet that holds cycle records and nothing else."""


def make_pair() -> tuple[socket.socket, socket.socket]:
    """The supervisor's end and the loop's end."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    return ours, theirs


class LoopLink:
    """The loop's end."""

    def __init__(self, end: socket.socket, *, wait: bool) -> None:
        """`wait`: time is simulated, so a full buffer is waited for."""
        end.setblocking(wait)
        self._end = end
        self._send_flags = 0 if wait else socket.MSG_DONTWAIT
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)
        self.lost = False
        """The supervisor is gone."""
        self.dropped = 0
        """Records that did not fit."""

    def send_cycles(self, packet: bytes, records: int) -> None:
        """Hands a packet of records over, or counts them as dropped."""
        try:
            self._end.send(packet, self._send_flags)
        except BlockingIOError:
            self.dropped += records
        except OSError:
            self.lost = True

    def send_words(self, packet: link_pb2.LoopPacket) -> None:
        """Hands over a start or an end, which is worth waiting for."""
        try:
            self._end.settimeout(LAST_WORDS_TIMEOUT_S)
            self._end.send(packet.SerializeToString())
        except OSError:
            self.lost = True
        finally:
            self._end.setblocking(self._send_flags == 0)

    def requests(self) -> list[link_pb2.LoopRequest]:
        """What the supervisor has asked for since the last call."""
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
