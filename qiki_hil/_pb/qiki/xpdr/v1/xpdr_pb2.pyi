from qiki_hil._pb.qiki.radar.v1 import radar_pb2 as _radar_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class XpdrError(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    XPDR_ERROR_UNSPECIFIED: _ClassVar[XpdrError]
    XPDR_ERROR_INVALID_MODE: _ClassVar[XpdrError]
    XPDR_ERROR_COMMS_DISABLED: _ClassVar[XpdrError]
    XPDR_ERROR_NOT_ALLOWED: _ClassVar[XpdrError]
XPDR_ERROR_UNSPECIFIED: XpdrError
XPDR_ERROR_INVALID_MODE: XpdrError
XPDR_ERROR_COMMS_DISABLED: XpdrError
XPDR_ERROR_NOT_ALLOWED: XpdrError

class SetModeRequest(_message.Message):
    __slots__ = ("request_id", "mode")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    mode: _radar_pb2.TransponderMode
    def __init__(self, request_id: _Optional[int] = ..., mode: _Optional[_Union[_radar_pb2.TransponderMode, str]] = ...) -> None: ...

class SetModeReply(_message.Message):
    __slots__ = ("request_id", "error", "mode")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    error: XpdrError
    mode: _radar_pb2.TransponderMode
    def __init__(self, request_id: _Optional[int] = ..., error: _Optional[_Union[XpdrError, str]] = ..., mode: _Optional[_Union[_radar_pb2.TransponderMode, str]] = ...) -> None: ...

class Interrogation(_message.Message):
    __slots__ = ("interrogation_id",)
    INTERROGATION_ID_FIELD_NUMBER: _ClassVar[int]
    interrogation_id: int
    def __init__(self, interrogation_id: _Optional[int] = ...) -> None: ...

class Reply(_message.Message):
    __slots__ = ("interrogation_id", "transponder_id", "rssi_dbm", "snr_db", "round_trip_ns")
    INTERROGATION_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSPONDER_ID_FIELD_NUMBER: _ClassVar[int]
    RSSI_DBM_FIELD_NUMBER: _ClassVar[int]
    SNR_DB_FIELD_NUMBER: _ClassVar[int]
    ROUND_TRIP_NS_FIELD_NUMBER: _ClassVar[int]
    interrogation_id: int
    transponder_id: str
    rssi_dbm: float
    snr_db: float
    round_trip_ns: int
    def __init__(self, interrogation_id: _Optional[int] = ..., transponder_id: _Optional[str] = ..., rssi_dbm: _Optional[float] = ..., snr_db: _Optional[float] = ..., round_trip_ns: _Optional[int] = ...) -> None: ...

class XpdrStatus(_message.Message):
    __slots__ = ("mode", "active", "transponder_id", "supply_v", "temp_c", "uptime_ms", "bad_frames")
    MODE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    TRANSPONDER_ID_FIELD_NUMBER: _ClassVar[int]
    SUPPLY_V_FIELD_NUMBER: _ClassVar[int]
    TEMP_C_FIELD_NUMBER: _ClassVar[int]
    UPTIME_MS_FIELD_NUMBER: _ClassVar[int]
    BAD_FRAMES_FIELD_NUMBER: _ClassVar[int]
    mode: _radar_pb2.TransponderMode
    active: bool
    transponder_id: str
    supply_v: float
    temp_c: float
    uptime_ms: int
    bad_frames: int
    def __init__(self, mode: _Optional[_Union[_radar_pb2.TransponderMode, str]] = ..., active: bool = ..., transponder_id: _Optional[str] = ..., supply_v: _Optional[float] = ..., temp_c: _Optional[float] = ..., uptime_ms: _Optional[int] = ..., bad_frames: _Optional[int] = ...) -> None: ...

class XpdrMessage(_message.Message):
    __slots__ = ("sequence", "set_mode_request", "set_mode_reply", "interrogation", "reply", "status")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SET_MODE_REQUEST_FIELD_NUMBER: _ClassVar[int]
    SET_MODE_REPLY_FIELD_NUMBER: _ClassVar[int]
    INTERROGATION_FIELD_NUMBER: _ClassVar[int]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    set_mode_request: SetModeRequest
    set_mode_reply: SetModeReply
    interrogation: Interrogation
    reply: Reply
    status: XpdrStatus
    def __init__(self, sequence: _Optional[int] = ..., set_mode_request: _Optional[_Union[SetModeRequest, _Mapping]] = ..., set_mode_reply: _Optional[_Union[SetModeReply, _Mapping]] = ..., interrogation: _Optional[_Union[Interrogation, _Mapping]] = ..., reply: _Optional[_Union[Reply, _Mapping]] = ..., status: _Optional[_Union[XpdrStatus, _Mapping]] = ...) -> None: ...
