"""The bounded queues: the oldest goes first, and the counts always add up."""

import pytest
from hypothesis import given, strategies

from qiki_hil._pb.qiki.telemetry.v1 import snapshot_pb2
from qiki_hil.telemetry.bounded_queue import BoundedQueue, Outgoing


def item(name: str) -> Outgoing:
    return Outgoing("subject", name, "/source", "type", 0, snapshot_pb2.TelemetrySnapshot())


def test_where_there_is_no_room_the_oldest_goes() -> None:
    queue = BoundedQueue(2)
    for name in "abc":
        queue.put(item(name))
    assert (queue.first.id, queue.waiting, queue.dropped) == ("b", 2, 1)


def test_an_item_leaves_when_it_is_acknowledged() -> None:
    queue = BoundedQueue(2)
    queue.put(item("a"))
    queue.done(queue.first)
    assert (queue.published, queue.acked, queue.waiting) == (1, 1, 0)


def test_an_item_that_had_to_go_but_arrived_counts_as_arrived() -> None:
    queue = BoundedQueue(1)
    queue.put(item("a"))
    sending = queue.first
    queue.put(item("b"))
    assert queue.dropped == 1
    queue.done(sending)
    assert (queue.acked, queue.dropped, queue.first.id) == (1, 0, "b")


def test_an_item_that_can_never_be_sent_is_refused_and_leaves() -> None:
    queue = BoundedQueue(2)
    queue.put(item("a"))
    queue.refuse(queue.first)
    assert (queue.refused, queue.dropped, queue.waiting) == (1, 0, 0)


def test_an_item_that_was_there_before_does_not_count_as_acknowledged() -> None:
    queue = BoundedQueue(2)
    queue.put(item("a"))
    queue.done_before(queue.first)
    assert (queue.duplicates, queue.acked, queue.waiting) == (1, 0, 0)


def test_a_queue_needs_room() -> None:
    with pytest.raises(ValueError, match="bound must be at least 1, not 0"):
        BoundedQueue(0)


@given(
    strategies.lists(
        strategies.sampled_from(["put", "take", "done", "done_before", "refuse", "clear"])
    )
)
def test_every_item_is_counted_once(actions: list[str]) -> None:
    queue, sending = BoundedQueue(3), None
    for action in actions:
        if action == "put":
            queue.put(item("x"))
        elif action == "take" and queue.waiting and sending is None:
            sending = queue.first
        elif action == "clear":
            queue.clear()
        elif action in ("done", "done_before", "refuse") and sending is not None:
            getattr(queue, action)(sending)
            sending = None
        gone = queue.acked + queue.duplicates + queue.refused + queue.dropped
        assert queue.published == gone + queue.waiting
