"""The frames of the bus, read from the DBC.

Encode and decode follow cantools' own formulas (a test holds the two together over every frame);
they are compiled here from cantools' description because two things are needed beside them:

* A value outside its range is never wrapped. It becomes `not_available` where the DBC has that
  word in the value table of the signal (decoded as NaN), and the nearest end of the range where
  it has not.
* Every tick of the loop encodes and decodes about a dozen frames.

The DBC of this project keeps to a few rules, checked when it is read: little-endian signals, no
multiplexing; a signal called `counter` holds the counter, one called `crc` the CRC in the last
byte.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import nan
from typing import Any

import cantools.database

from qiki_hil.kernels import crc8_j1850

Values = dict[str, float]

NOT_AVAILABLE = "not_available"


@dataclass(frozen=True, slots=True)
class Signal:
    """Some bits of a frame and what they mean: `value = raw * scale + offset`, in `unit`."""

    name: str
    start: int
    bits: int
    signed: bool
    scale: float
    offset: float
    minimum: float
    maximum: float
    unit: str
    choices: Mapping[int, str]
    mask: int
    raw_min: int
    raw_max: int
    not_available: int | None

    def to_raw(self, value: float) -> int:
        """The bits for a value. Raises ValueError for NaN where the signal has no word for it."""
        if self.minimum <= value <= self.maximum:
            raw = round((value - self.offset) / self.scale)
            return min(max(raw, self.raw_min), self.raw_max) & self.mask
        if self.not_available is not None:
            return self.not_available & self.mask
        if value != value:
            raise ValueError(f"signal {self.name}: NaN, and the frame has no word for it")
        return (self.raw_max if value > self.maximum else self.raw_min) & self.mask

    def from_raw(self, raw: int) -> float:
        """The value of the bits, NaN for `not_available`; an int where scale and offset are."""
        if self.signed and raw > self.mask >> 1:
            raw -= self.mask + 1
        if raw == self.not_available:
            return nan
        return raw * self.scale + self.offset

    def number(self, word: str) -> int:
        """The raw value that the value table gives this word. Raises ValueError for no word."""
        for raw, known in self.choices.items():
            if known == word:
                return raw
        raise ValueError(f"signal {self.name}: no word {word!r}; has {list(self.choices.values())}")

    def text(self, value: float) -> str:
        """The value for a human: its word or its number, and the unit."""
        if value != value:
            return NOT_AVAILABLE
        word = self.choices.get(int(value)) if self.choices else None
        if word is not None:
            return word
        return f"{value:.9g} {self.unit}".rstrip()


class Frame:
    """One frame of the DBC."""

    def __init__(self, message: Any) -> None:
        self.name: str = message.name
        self.frame_id: int = message.frame_id
        self.length: int = message.length
        self.sender: str = message.senders[0] if message.senders else ""
        self.comment: str = message.comment or ""
        self.cycle_time_ms: int = message.cycle_time or 0
        self.every_tick: bool = message.send_type == "EveryTick"
        self.signals: dict[str, Signal] = {s.name: _signal(message, s) for s in message.signals}
        self._plain = [s for n, s in self.signals.items() if n not in ("counter", "crc")]
        self._counter = self.signals.get("counter")
        self._has_crc = "crc" in self.signals
        self._data_id = self.frame_id.to_bytes(2, "big")
        _check_layout(self)

    @property
    def counter_modulus(self) -> int:
        """How far the counter counts; 0 where the frame has none."""
        return 0 if self._counter is None else self._counter.mask + 1

    def encode(self, values: Mapping[str, float], counter: int = 0) -> bytes:
        """Payload of the frame; `values` holds every signal but counter and CRC.

        Raises ValueError where a value is missing or is NaN without a word for it.
        """
        word = 0 if self._counter is None else (counter & self._counter.mask) << self._counter.start
        try:
            for signal in self._plain:
                word |= signal.to_raw(values[signal.name]) << signal.start
        except KeyError as missing:
            raise ValueError(f"frame {self.name}: no value for signal {missing}") from None
        data = word.to_bytes(self.length, "little")
        return data[:-1] + bytes((self.crc(data),)) if self._has_crc else data

    def decode(self, data: bytes) -> Values:
        """Every signal of a payload of the right length; nothing is checked here."""
        word = int.from_bytes(data, "little")
        return {
            name: signal.from_raw((word >> signal.start) & signal.mask)
            for name, signal in self.signals.items()
        }

    def crc(self, data: bytes) -> int:
        """CRC over the identifier and all but the last byte of `data`."""
        return crc8_j1850(self._data_id + data[:-1])

    def crc_holds(self, data: bytes) -> bool:
        """Whether the last byte is the CRC of the rest; true where the frame has no CRC."""
        return not self._has_crc or data[-1] == self.crc(data)

    def counter_of(self, data: bytes) -> int:
        """The counter in a payload of the right length; 0 where the frame has none."""
        if self._counter is None:
            return 0
        return (int.from_bytes(data, "little") >> self._counter.start) & self._counter.mask


class Catalogue:
    """All frames of a DBC, by name and by identifier."""

    def __init__(self, dbc_text: str) -> None:
        """Raises ValueError where the text is no DBC or breaks this project's rules."""
        try:
            database: Any = cantools.database.load_string(dbc_text, "dbc")
        except Exception as error:  # cantools has no common root for parse errors
            raise ValueError(f"not a usable DBC: {error}") from error
        self.frames: dict[str, Frame] = {m.name: Frame(m) for m in database.messages}
        self.by_id: dict[int, Frame] = {f.frame_id: f for f in self.frames.values()}

    def __getitem__(self, name: str) -> Frame:
        return self.frames[name]

    @staticmethod
    @lru_cache(maxsize=1)
    def shipped() -> "Catalogue":
        """The DBC that comes with this package."""
        return Catalogue(shipped_dbc_text())


def shipped_dbc_text() -> str:
    """Text of the DBC that comes with this package."""
    path = files("qiki_hil") / "data" / "firmware_protocols" / "qiki.dbc"
    return path.read_text(encoding="utf-8")


def _signal(message: Any, signal: Any) -> Signal:
    where = f"frame {message.name}, signal {signal.name}"
    if signal.byte_order != "little_endian":
        raise ValueError(f"{where}: big-endian; this project's DBC is little-endian throughout")
    if signal.is_multiplexer or signal.multiplexer_ids:
        raise ValueError(f"{where}: multiplexed; one identifier has one layout here")
    if signal.minimum is None or signal.maximum is None:
        raise ValueError(f"{where}: no range; give [minimum|maximum]")
    choices = {int(raw): str(word) for raw, word in (signal.choices or {}).items()}
    absent = [raw for raw, word in choices.items() if word == NOT_AVAILABLE]
    half = 1 << (signal.length - 1)
    return Signal(
        name=signal.name,
        start=signal.start,
        bits=signal.length,
        signed=signal.is_signed,
        scale=signal.scale,
        offset=signal.offset,
        minimum=signal.minimum,
        maximum=signal.maximum,
        unit=signal.unit or "",
        choices=choices,
        mask=(1 << signal.length) - 1,
        raw_min=max(
            round((signal.minimum - signal.offset) / signal.scale), -half if signal.is_signed else 0
        ),
        raw_max=min(
            round((signal.maximum - signal.offset) / signal.scale),
            half - 1 if signal.is_signed else 2 * half - 1,
        ),
        not_available=absent[0] if absent else None,
    )


def _check_layout(frame: Frame) -> None:
    crc = frame.signals.get("crc")
    if crc is not None and (crc.bits != 8 or crc.start != 8 * (frame.length - 1)):
        raise ValueError(f"frame {frame.name}: the CRC must be the last byte")
