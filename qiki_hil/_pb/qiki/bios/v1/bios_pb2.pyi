import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from qiki_hil._pb.qiki.common.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DeviceHealth(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEVICE_HEALTH_UNSPECIFIED: _ClassVar[DeviceHealth]
    DEVICE_HEALTH_OK: _ClassVar[DeviceHealth]
    DEVICE_HEALTH_WARNING: _ClassVar[DeviceHealth]
    DEVICE_HEALTH_ERROR: _ClassVar[DeviceHealth]
    DEVICE_HEALTH_NOT_FOUND: _ClassVar[DeviceHealth]

class DeviceType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEVICE_TYPE_UNSPECIFIED: _ClassVar[DeviceType]
    DEVICE_TYPE_SENSOR: _ClassVar[DeviceType]
    DEVICE_TYPE_ACTUATOR: _ClassVar[DeviceType]
    DEVICE_TYPE_POWER_UNIT: _ClassVar[DeviceType]
    DEVICE_TYPE_COMMUNICATION: _ClassVar[DeviceType]
    DEVICE_TYPE_CONTROLLER: _ClassVar[DeviceType]

class DeviceStatusCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEVICE_STATUS_CODE_UNSPECIFIED: _ClassVar[DeviceStatusCode]
    DEVICE_STATUS_CODE_NOT_FOUND: _ClassVar[DeviceStatusCode]
    DEVICE_STATUS_CODE_UNSTABLE: _ClassVar[DeviceStatusCode]
    DEVICE_STATUS_CODE_TIMEOUT: _ClassVar[DeviceStatusCode]
    DEVICE_STATUS_CODE_CRITICAL_BOOT_FAILURE: _ClassVar[DeviceStatusCode]
DEVICE_HEALTH_UNSPECIFIED: DeviceHealth
DEVICE_HEALTH_OK: DeviceHealth
DEVICE_HEALTH_WARNING: DeviceHealth
DEVICE_HEALTH_ERROR: DeviceHealth
DEVICE_HEALTH_NOT_FOUND: DeviceHealth
DEVICE_TYPE_UNSPECIFIED: DeviceType
DEVICE_TYPE_SENSOR: DeviceType
DEVICE_TYPE_ACTUATOR: DeviceType
DEVICE_TYPE_POWER_UNIT: DeviceType
DEVICE_TYPE_COMMUNICATION: DeviceType
DEVICE_TYPE_CONTROLLER: DeviceType
DEVICE_STATUS_CODE_UNSPECIFIED: DeviceStatusCode
DEVICE_STATUS_CODE_NOT_FOUND: DeviceStatusCode
DEVICE_STATUS_CODE_UNSTABLE: DeviceStatusCode
DEVICE_STATUS_CODE_TIMEOUT: DeviceStatusCode
DEVICE_STATUS_CODE_CRITICAL_BOOT_FAILURE: DeviceStatusCode

class DeviceStatus(_message.Message):
    __slots__ = ("device_id", "device_name", "health", "error_message", "device_type", "status_code")
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_NAME_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_TYPE_FIELD_NUMBER: _ClassVar[int]
    STATUS_CODE_FIELD_NUMBER: _ClassVar[int]
    device_id: _common_pb2.UUID
    device_name: str
    health: DeviceHealth
    error_message: str
    device_type: DeviceType
    status_code: DeviceStatusCode
    def __init__(self, device_id: _Optional[_Union[_common_pb2.UUID, _Mapping]] = ..., device_name: _Optional[str] = ..., health: _Optional[_Union[DeviceHealth, str]] = ..., error_message: _Optional[str] = ..., device_type: _Optional[_Union[DeviceType, str]] = ..., status_code: _Optional[_Union[DeviceStatusCode, str]] = ...) -> None: ...

class BiosStatusReport(_message.Message):
    __slots__ = ("timestamp", "firmware_version", "post_results", "all_systems_go", "bios_uuid", "health_ratio", "last_checked", "uptime_s")
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    FIRMWARE_VERSION_FIELD_NUMBER: _ClassVar[int]
    POST_RESULTS_FIELD_NUMBER: _ClassVar[int]
    ALL_SYSTEMS_GO_FIELD_NUMBER: _ClassVar[int]
    BIOS_UUID_FIELD_NUMBER: _ClassVar[int]
    HEALTH_RATIO_FIELD_NUMBER: _ClassVar[int]
    LAST_CHECKED_FIELD_NUMBER: _ClassVar[int]
    UPTIME_S_FIELD_NUMBER: _ClassVar[int]
    timestamp: _timestamp_pb2.Timestamp
    firmware_version: str
    post_results: _containers.RepeatedCompositeFieldContainer[DeviceStatus]
    all_systems_go: bool
    bios_uuid: _common_pb2.UUID
    health_ratio: float
    last_checked: _timestamp_pb2.Timestamp
    uptime_s: float
    def __init__(self, timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., firmware_version: _Optional[str] = ..., post_results: _Optional[_Iterable[_Union[DeviceStatus, _Mapping]]] = ..., all_systems_go: bool = ..., bios_uuid: _Optional[_Union[_common_pb2.UUID, _Mapping]] = ..., health_ratio: _Optional[float] = ..., last_checked: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., uptime_s: _Optional[float] = ...) -> None: ...
