"""End-to-end protection: a counter and a CRC in each frame, written and checked.

The bus's own CRC covers a frame from one bus controller to the next. It does not see a frame that
a node repeats, that a gateway loses, or that software mixed up on its way to the bus controller.
The counter and the CRC travel with the values from sender to receiver, so those errors are found
too; AUTOSAR calls this E2E protection.
"""

from collections.abc import Mapping
from typing import NamedTuple

from qiki_hil.wire.catalogue import Catalogue, Frame, Values
from qiki_hil.wire.raw import RawFrame


class CheckedFrame(NamedTuple):
    """A frame that passed every check, and its decoded values."""

    frame: Frame
    values: Values


class E2eProtector:
    """Sender's side: turns values into frames, each with its own counter and its CRC."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._counters: dict[str, int] = dict.fromkeys(catalogue.frames, 0)

    def protect(self, name: str, values: Mapping[str, float]) -> RawFrame:
        """The next frame of this name. Raises ValueError and KeyError for a caller's mistakes."""
        frame = self._catalogue.frames[name]
        counter = self._counters[name]
        data = frame.encode(values, counter)
        if frame.counter_modulus:
            self._counters[name] = (counter + 1) % frame.counter_modulus
        return RawFrame(frame.frame_id, data)


class E2eChecker:
    """Receiver's side: gives the values of good frames, counts the reason where one is dropped.

    `counters`: `frames_received` (all that passed), `unknown_id`, `bad_length`, `bad_crc`,
    `bad_counter` (a frame whose counter stood still: a repetition, dropped), `lost` (gaps in the
    counters, in frames; the frame after a gap counts).
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._by_id = catalogue.by_id
        self._last: dict[int, int] = {}
        self.counters: dict[str, int] = {
            "frames_received": 0,
            "unknown_id": 0,
            "bad_length": 0,
            "bad_crc": 0,
            "bad_counter": 0,
            "lost": 0,
        }

    def check(self, raw: RawFrame) -> CheckedFrame | None:
        """The checked frame, or None where it was dropped and counted. Never raises."""
        frame = self._by_id.get(raw.frame_id)
        if frame is None or raw.extended or raw.remote:
            self.counters["unknown_id"] += 1
        elif len(raw.data) != frame.length:
            self.counters["bad_length"] += 1
        elif not frame.crc_holds(raw.data):
            self.counters["bad_crc"] += 1
        elif frame.counter_modulus and not self._counter_moved(frame, raw.data):
            self.counters["bad_counter"] += 1
        else:
            self.counters["frames_received"] += 1
            return CheckedFrame(frame, frame.decode(raw.data))
        return None

    def _counter_moved(self, frame: Frame, data: bytes) -> bool:
        counter = frame.counter_of(data)
        last = self._last.get(frame.frame_id)
        self._last[frame.frame_id] = counter
        if last is None:
            return True
        step = (counter - last) % frame.counter_modulus
        self.counters["lost"] += max(0, step - 1)
        return step != 0
