"""The device end of a LAWICEL line, as a pure state machine: bytes in, frames and answers out."""

from qiki_hil.wire import RawFrame, lawicel
from qiki_hil.wire.lawicel import BELL, CR, Command

VERSION = b"V1013"
SERIAL_NUMBER = b"NQIKI"
NO_FLAGS = b"F00"


class LawicelDevice:
    """A CAN adapter. Frames pass only while the channel is open."""

    def __init__(self) -> None:
        self.is_open = False
        self._parser = lawicel.Parser()

    @property
    def garbage_lines(self) -> int:
        """Lines that were no part of the protocol."""
        return self._parser.garbage

    def feed(self, data: bytes) -> tuple[list[RawFrame], bytes]:
        """The frames that the host sends, and what the adapter answers. Never raises."""
        frames: list[RawFrame] = []
        answers: list[bytes] = []
        garbage = self._parser.garbage
        for line in self._parser.feed(data):
            if isinstance(line, Command):
                answers.append(self._obey(line))
            elif self.is_open:
                frames.append(line)
                answers.append((b"Z" if line.extended else b"z") + CR)
            else:
                answers.append(BELL)
        answers += [BELL] * (self._parser.garbage - garbage)
        return frames, b"".join(answers)

    def encode(self, frames: list[RawFrame]) -> bytes:
        """The lines of frames that come from the bus; nothing while the channel is closed."""
        if not self.is_open:
            return b""
        return b"".join(map(lawicel.encode_frame, frames))

    def _obey(self, command: Command) -> bytes:
        match command.letter:
            case "O" | "L":
                self.is_open = True
            case "C":
                self.is_open = False
            case "S" | "s" if self.is_open or not command.argument:
                return BELL
            case "V" | "v":
                return VERSION + CR
            case "N":
                return SERIAL_NUMBER + CR
            case "F":
                return NO_FLAGS + CR
            case "Z" if command.argument != "0":
                return BELL
        return CR
