import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from qiki_hil._pb.qiki.actuators.v1 import actuators_pb2 as _actuators_pb2
from qiki_hil._pb.qiki.radar.v1 import radar_pb2 as _radar_pb2
from qiki_hil._pb.qiki.sensors.v1 import sensors_pb2 as _sensors_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ServingStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SERVING_STATUS_UNSPECIFIED: _ClassVar[ServingStatus]
    SERVING_STATUS_SERVING: _ClassVar[ServingStatus]
    SERVING_STATUS_NOT_SERVING: _ClassVar[ServingStatus]
SERVING_STATUS_UNSPECIFIED: ServingStatus
SERVING_STATUS_SERVING: ServingStatus
SERVING_STATUS_NOT_SERVING: ServingStatus

class GetSensorDataRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetSensorDataResponse(_message.Message):
    __slots__ = ("reading",)
    READING_FIELD_NUMBER: _ClassVar[int]
    reading: _sensors_pb2.SensorReading
    def __init__(self, reading: _Optional[_Union[_sensors_pb2.SensorReading, _Mapping]] = ...) -> None: ...

class SendActuatorCommandRequest(_message.Message):
    __slots__ = ("command",)
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    command: _actuators_pb2.ActuatorCommand
    def __init__(self, command: _Optional[_Union[_actuators_pb2.ActuatorCommand, _Mapping]] = ...) -> None: ...

class SendActuatorCommandResponse(_message.Message):
    __slots__ = ("accepted", "message")
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    accepted: bool
    message: str
    def __init__(self, accepted: bool = ..., message: _Optional[str] = ...) -> None: ...

class HealthCheckRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class HealthCheckResponse(_message.Message):
    __slots__ = ("status", "message", "timestamp")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    status: ServingStatus
    message: str
    timestamp: _timestamp_pb2.Timestamp
    def __init__(self, status: _Optional[_Union[ServingStatus, str]] = ..., message: _Optional[str] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetRadarFrameRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetRadarFrameResponse(_message.Message):
    __slots__ = ("frame",)
    FRAME_FIELD_NUMBER: _ClassVar[int]
    frame: _radar_pb2.RadarFrame
    def __init__(self, frame: _Optional[_Union[_radar_pb2.RadarFrame, _Mapping]] = ...) -> None: ...
