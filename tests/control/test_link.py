"""The link between loop and supervisor, over real sockets."""

import select
import socket
import threading
from collections.abc import Iterator

import pytest

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2, link_pb2
from qiki_hil.control.link import CYCLES_TAG, PACKET_MAX_BYTES, SocketLink, make_pair

DEADLINE_S = 20.0


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = make_pair()
    ours.settimeout(DEADLINE_S)
    with ours, theirs:
        yield ours, theirs


def packet(tick: int, count: int = 1) -> bytes:
    records = [cycle_pb2.CycleRecord(tick=tick + k, time_ns=1) for k in range(count)]
    return link_pb2.LoopPacket(cycles=records).SerializeToString()


def test_packets_arrive_whole_in_order_and_with_their_tag(ends) -> None:
    ours, theirs = ends
    link = SocketLink(theirs, wait=False)
    for tick in range(20):
        link.send_cycles(packet(tick, 3), 3)
    for tick in range(20):
        heard = ours.recv(PACKET_MAX_BYTES)
        assert heard[0] == CYCLES_TAG
        assert heard == packet(tick, 3)
    assert link.dropped == 0


def test_a_supervisor_that_does_not_listen_costs_records_and_no_time(ends) -> None:
    ours, theirs = ends
    link = SocketLink(theirs, wait=False)
    blob, sent = packet(1, 2), 0
    while not link.dropped:
        link.send_cycles(blob, 2)
        sent += 2
        assert sent < 1_000_000, "the buffer has no end"
    for _ in range(5):
        link.send_cycles(blob, 2)
    assert link.dropped == 12
    assert not link.lost
    # It has room for a stall of the supervisor.
    assert sent > 200
    heard = 0
    while select.select([ours], [], [], 0)[0]:
        ours.recv(PACKET_MAX_BYTES)
        heard += 1
    assert 2 * heard == sent + 10 - link.dropped
    link.send_cycles(blob, 2)
    assert link.dropped == 12


def test_where_time_is_simulated_a_full_buffer_is_waited_for(ends) -> None:
    ours, theirs = ends
    link = SocketLink(theirs, wait=True)
    count, heard = 20_000, []

    def listen() -> None:
        heard.extend(ours.recv(PACKET_MAX_BYTES) for _ in range(count))

    listener = threading.Thread(target=listen)
    listener.start()
    for tick in range(count):
        link.send_cycles(packet(tick), 1)
    listener.join(DEADLINE_S)
    assert link.dropped == 0
    assert heard == [packet(tick) for tick in range(count)]


@pytest.mark.parametrize("wait", [False, True])
def test_a_lost_supervisor_is_noticed_when_sending(ends, wait: bool) -> None:
    ours, theirs = ends
    link = SocketLink(theirs, wait=wait)
    ours.close()
    link.send_cycles(packet(1), 1)
    assert link.lost
    assert link.dropped == 0


@pytest.mark.parametrize("wait", [False, True])
def test_a_lost_supervisor_is_noticed_when_listening(ends, wait: bool) -> None:
    ours, theirs = ends
    link = SocketLink(theirs, wait=wait)
    assert link.requests() == []
    assert not link.lost
    ours.close()
    assert link.requests() == []
    assert link.lost


@pytest.mark.parametrize("wait", [False, True])
def test_requests_come_in_order_and_listening_never_waits(ends, wait: bool) -> None:
    ours, theirs = ends
    link = SocketLink(theirs, wait=wait)
    assert link.requests() == []
    asked = [
        link_pb2.LoopRequest(command=command_pb2.Command(command_id=7, arm=command_pb2.Arm())),
        link_pb2.LoopRequest(fault=link_pb2.RigFault(kind="stuck_open", target=3, active=True)),
        link_pb2.LoopRequest(stop=True),
    ]
    for request in asked:
        ours.send(request.SerializeToString())
    assert link.requests() == asked
    assert link.requests() == []


def test_what_was_asked_before_the_supervisor_died_is_still_heard(ends) -> None:
    ours, theirs = ends
    link = SocketLink(theirs, wait=False)
    ours.send(link_pb2.LoopRequest(stop=True).SerializeToString())
    ours.close()
    assert link.requests() == [link_pb2.LoopRequest(stop=True)]
    assert link.lost


def test_a_status_gets_through_a_full_buffer_once_somebody_listens(ends) -> None:
    ours, theirs = ends
    link = SocketLink(theirs, wait=False)
    while not link.dropped:
        link.send_cycles(packet(1), 1)
    status = link_pb2.LoopPacket(ended=link_pb2.LoopEnded(ticks=5))
    heard: list[bytes] = []

    def listen() -> None:
        while not heard or heard[-1][0] == CYCLES_TAG:
            heard.append(ours.recv(PACKET_MAX_BYTES))

    listener = threading.Thread(target=listen)
    listener.start()
    link.send_status(status)
    listener.join(DEADLINE_S)
    assert link_pb2.LoopPacket.FromString(heard[-1]) == status
    # Records are not waited for afterwards, either.
    ours.close()
    link.send_cycles(packet(2), 1)
    assert link.lost
