from hypothesis import given
from hypothesis import strategies as st

from qiki_hil.rig.emulator.lawicel_device import LawicelDevice
from qiki_hil.wire import RawFrame

FRAME = RawFrame(0x123, b"\x01")


def test_a_session_as_hosts_open_it() -> None:
    device = LawicelDevice()
    assert device.feed(b"C\rS8\rO\r") == ([], b"\r\r\r")
    assert device.feed(b"t123101\rT000001230\r") == (
        [FRAME, RawFrame(0x123, b"", extended=True)],
        b"z\rZ\r",
    )
    assert device.encode([FRAME, FRAME]) == b"t123101\rt123101\r"


def test_no_frame_passes_a_closed_channel() -> None:
    device = LawicelDevice()
    assert device.feed(b"t123101\r") == ([], b"\x07")
    assert device.encode([FRAME]) == b""
    device.feed(b"O\rC\r")
    assert device.feed(b"t123101\r") == ([], b"\x07")


def test_it_tells_version_number_and_flags() -> None:
    assert LawicelDevice().feed(b"V\rN\rF\r")[1] == b"V1013\rNQIKI\rF00\r"


def test_what_it_cannot_do_is_refused() -> None:
    device = LawicelDevice()
    device.feed(b"O\r")
    assert device.feed(b"S8\r")[1] == b"\x07"
    assert device.feed(b"Z1\r")[1] == b"\x07"
    assert device.feed(b"Z0\r")[1] == b"\r"
    assert device.feed(b"nonsense\r")[1] == b"\x07"
    assert device.garbage_lines == 1


@given(st.lists(st.binary()))
def test_no_bytes_make_it_raise(pieces: list[bytes]) -> None:
    device = LawicelDevice()
    for piece in pieces:
        device.feed(piece)
