"""The bounded lanes: the oldest goes first, and the counts always add up."""

import pytest
from hypothesis import given, strategies

from qiki_hil._pb.qiki.telemetry.v1 import snapshot_pb2
from qiki_hil.telemetry.outbox import Lane, Outgoing


def item(name: str) -> Outgoing:
    return Outgoing("subject", name, "/source", "type", 0, snapshot_pb2.TelemetrySnapshot())


def test_where_there_is_no_room_the_oldest_goes() -> None:
    lane = Lane(2)
    for name in "abc":
        lane.put(item(name))
    assert (lane.first.id, lane.waiting, lane.dropped) == ("b", 2, 1)


def test_an_item_leaves_when_it_is_acknowledged() -> None:
    lane = Lane(2)
    lane.put(item("a"))
    lane.done(lane.first)
    assert (lane.published, lane.acked, lane.waiting) == (1, 1, 0)


def test_an_item_that_had_to_go_but_arrived_counts_as_arrived() -> None:
    lane = Lane(1)
    lane.put(item("a"))
    sending = lane.first
    lane.put(item("b"))
    assert lane.dropped == 1
    lane.done(sending)
    assert (lane.acked, lane.dropped, lane.first.id) == (1, 0, "b")


def test_an_item_that_can_never_be_sent_counts_as_dropped() -> None:
    lane = Lane(2)
    lane.put(item("a"))
    lane.discard(lane.first)
    assert (lane.dropped, lane.waiting) == (1, 0)


def test_a_lane_needs_room() -> None:
    with pytest.raises(ValueError, match="bound must be at least 1, not 0"):
        Lane(0)


@given(strategies.lists(strategies.sampled_from(["put", "take", "done", "discard", "clear"])))
def test_every_item_is_counted_once(actions: list[str]) -> None:
    lane, sending = Lane(3), None
    for action in actions:
        if action == "put":
            lane.put(item("x"))
        elif action == "take" and lane.waiting and sending is None:
            sending = lane.first
        elif action == "clear":
            lane.clear()
        elif action in ("done", "discard") and sending is not None:
            getattr(lane, action)(sending)
            sending = None
        assert lane.published == lane.acked + lane.dropped + lane.waiting
