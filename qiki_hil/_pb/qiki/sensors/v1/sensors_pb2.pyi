import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from qiki_hil._pb.qiki.common.v1 import common_pb2 as _common_pb2
from qiki_hil._pb.qiki.radar.v1 import radar_pb2 as _radar_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SensorReading(_message.Message):
    __slots__ = ("sensor_id", "sensor_type", "timestamp", "vector_data", "scalar_data", "binary_data", "radar_data", "radar_track", "unit", "is_valid", "encoding", "signal_strength_ratio", "source_module")
    SENSOR_ID_FIELD_NUMBER: _ClassVar[int]
    SENSOR_TYPE_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    VECTOR_DATA_FIELD_NUMBER: _ClassVar[int]
    SCALAR_DATA_FIELD_NUMBER: _ClassVar[int]
    BINARY_DATA_FIELD_NUMBER: _ClassVar[int]
    RADAR_DATA_FIELD_NUMBER: _ClassVar[int]
    RADAR_TRACK_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    IS_VALID_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_STRENGTH_RATIO_FIELD_NUMBER: _ClassVar[int]
    SOURCE_MODULE_FIELD_NUMBER: _ClassVar[int]
    sensor_id: _common_pb2.UUID
    sensor_type: _common_pb2.SensorType
    timestamp: _timestamp_pb2.Timestamp
    vector_data: _common_pb2.Vector3
    scalar_data: float
    binary_data: bytes
    radar_data: _radar_pb2.RadarFrame
    radar_track: _radar_pb2.RadarTrack
    unit: _common_pb2.Unit
    is_valid: bool
    encoding: str
    signal_strength_ratio: float
    source_module: str
    def __init__(self, sensor_id: _Optional[_Union[_common_pb2.UUID, _Mapping]] = ..., sensor_type: _Optional[_Union[_common_pb2.SensorType, str]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., vector_data: _Optional[_Union[_common_pb2.Vector3, _Mapping]] = ..., scalar_data: _Optional[float] = ..., binary_data: _Optional[bytes] = ..., radar_data: _Optional[_Union[_radar_pb2.RadarFrame, _Mapping]] = ..., radar_track: _Optional[_Union[_radar_pb2.RadarTrack, _Mapping]] = ..., unit: _Optional[_Union[_common_pb2.Unit, str]] = ..., is_valid: bool = ..., encoding: _Optional[str] = ..., signal_strength_ratio: _Optional[float] = ..., source_module: _Optional[str] = ...) -> None: ...
