"""The queue of messages that wait to be sent: bounded and in memory. No I/O; see publisher.py."""

from collections import deque
from dataclasses import dataclass

from google.protobuf.message import Message

from qiki_hil.telemetry.cloudevents import CloudEvent, headers_of
from qiki_hil.telemetry.snapshot import to_json


@dataclass(frozen=True, eq=False)
class Outgoing:
    """A message and its envelope. It is encoded only when it is sent, so a message that is dropped
    costs nothing."""

    subject: str
    id: str
    source: str
    type: str
    unix_ns: int
    message: Message

    def encode(self) -> tuple[dict[str, str], bytes]:
        """Headers and payload."""
        event = CloudEvent(self.id, self.source, self.type, to_json(self.message), self.unix_ns)
        return headers_of(event), event.data


class BoundedQueue:
    """A queue that drops its oldest item when it is full, and counts: at any time
    published = acked + duplicates + refused + dropped + waiting.

    The first item stays in the queue while it is being sent, until `done`, `done_before` or
    `refuse`.
    """

    def __init__(self, bound: int) -> None:
        if bound < 1:
            raise ValueError(f"bound must be at least 1, not {bound}")
        self.published = 0
        self.acked = 0
        self.duplicates = 0
        self.refused = 0
        self.dropped = 0
        self._bound = bound
        self._items: deque[Outgoing] = deque()

    @property
    def waiting(self) -> int:
        return len(self._items)

    @property
    def first(self) -> Outgoing:
        """The oldest item; IndexError where nothing waits."""
        return self._items[0]

    def put(self, item: Outgoing) -> None:
        """Appends; where the queue is full the oldest item is dropped."""
        self.published += 1
        if len(self._items) == self._bound:
            self._items.popleft()
            self.dropped += 1
        self._items.append(item)

    def done(self, item: Outgoing) -> None:
        """`item` is stored by the broker."""
        self.acked += 1
        self._settle(item)

    def done_before(self, item: Outgoing) -> None:
        """The broker held a message with the id of `item` already."""
        self.duplicates += 1
        self._settle(item)

    def refuse(self, item: Outgoing) -> None:
        """`item` can never be sent."""
        self.refused += 1
        self._settle(item)

    def clear(self) -> None:
        """Drops everything that waits."""
        self.dropped += len(self._items)
        self._items.clear()

    def _settle(self, item: Outgoing) -> None:
        if self._items and self._items[0] is item:
            self._items.popleft()
        else:
            self.dropped -= 1  # it was dropped while it was being sent
