"""A CAN frame as it stands on the bus."""

from typing import NamedTuple


class RawFrame(NamedTuple):
    """Identifier and payload of a classic CAN frame."""

    frame_id: int
    data: bytes
    extended: bool = False
    remote: bool = False
