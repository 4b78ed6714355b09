import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from qiki_hil._pb.qiki.common.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ActuatorCommandType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACTUATOR_COMMAND_TYPE_UNSPECIFIED: _ClassVar[ActuatorCommandType]
    ACTUATOR_COMMAND_TYPE_SET_VELOCITY: _ClassVar[ActuatorCommandType]
    ACTUATOR_COMMAND_TYPE_ROTATE: _ClassVar[ActuatorCommandType]
    ACTUATOR_COMMAND_TYPE_ENABLE: _ClassVar[ActuatorCommandType]
    ACTUATOR_COMMAND_TYPE_DISABLE: _ClassVar[ActuatorCommandType]
    ACTUATOR_COMMAND_TYPE_SET_MODE: _ClassVar[ActuatorCommandType]
    ACTUATOR_COMMAND_TYPE_SET_THRUST: _ClassVar[ActuatorCommandType]
ACTUATOR_COMMAND_TYPE_UNSPECIFIED: ActuatorCommandType
ACTUATOR_COMMAND_TYPE_SET_VELOCITY: ActuatorCommandType
ACTUATOR_COMMAND_TYPE_ROTATE: ActuatorCommandType
ACTUATOR_COMMAND_TYPE_ENABLE: ActuatorCommandType
ACTUATOR_COMMAND_TYPE_DISABLE: ActuatorCommandType
ACTUATOR_COMMAND_TYPE_SET_MODE: ActuatorCommandType
ACTUATOR_COMMAND_TYPE_SET_THRUST: ActuatorCommandType

class ActuatorCommand(_message.Message):
    __slots__ = ("actuator_id", "timestamp", "double_value", "int_value", "bool_value", "vector_value", "unit", "command_type", "confidence_ratio", "command_id", "timeout_ms", "ack_required", "retry_count", "actuator_type")
    ACTUATOR_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    DOUBLE_VALUE_FIELD_NUMBER: _ClassVar[int]
    INT_VALUE_FIELD_NUMBER: _ClassVar[int]
    BOOL_VALUE_FIELD_NUMBER: _ClassVar[int]
    VECTOR_VALUE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    COMMAND_TYPE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_RATIO_FIELD_NUMBER: _ClassVar[int]
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    ACK_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    RETRY_COUNT_FIELD_NUMBER: _ClassVar[int]
    ACTUATOR_TYPE_FIELD_NUMBER: _ClassVar[int]
    actuator_id: _common_pb2.UUID
    timestamp: _timestamp_pb2.Timestamp
    double_value: float
    int_value: int
    bool_value: bool
    vector_value: _common_pb2.Vector3
    unit: _common_pb2.Unit
    command_type: ActuatorCommandType
    confidence_ratio: float
    command_id: _common_pb2.UUID
    timeout_ms: int
    ack_required: bool
    retry_count: int
    actuator_type: _common_pb2.ActuatorType
    def __init__(self, actuator_id: _Optional[_Union[_common_pb2.UUID, _Mapping]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., double_value: _Optional[float] = ..., int_value: _Optional[int] = ..., bool_value: bool = ..., vector_value: _Optional[_Union[_common_pb2.Vector3, _Mapping]] = ..., unit: _Optional[_Union[_common_pb2.Unit, str]] = ..., command_type: _Optional[_Union[ActuatorCommandType, str]] = ..., confidence_ratio: _Optional[float] = ..., command_id: _Optional[_Union[_common_pb2.UUID, _Mapping]] = ..., timeout_ms: _Optional[int] = ..., ack_required: bool = ..., retry_count: _Optional[int] = ..., actuator_type: _Optional[_Union[_common_pb2.ActuatorType, str]] = ...) -> None: ...
