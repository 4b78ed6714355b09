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

class FsmState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FSM_STATE_UNSPECIFIED: _ClassVar[FsmState]
    FSM_STATE_BOOTING: _ClassVar[FsmState]
    FSM_STATE_IDLE: _ClassVar[FsmState]
    FSM_STATE_ACTIVE: _ClassVar[FsmState]
    FSM_STATE_ERROR: _ClassVar[FsmState]
    FSM_STATE_SHUTDOWN: _ClassVar[FsmState]

class TransitionStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRANSITION_STATUS_UNSPECIFIED: _ClassVar[TransitionStatus]
    TRANSITION_STATUS_SUCCESS: _ClassVar[TransitionStatus]
    TRANSITION_STATUS_FAILED: _ClassVar[TransitionStatus]
    TRANSITION_STATUS_PENDING: _ClassVar[TransitionStatus]
FSM_STATE_UNSPECIFIED: FsmState
FSM_STATE_BOOTING: FsmState
FSM_STATE_IDLE: FsmState
FSM_STATE_ACTIVE: FsmState
FSM_STATE_ERROR: FsmState
FSM_STATE_SHUTDOWN: FsmState
TRANSITION_STATUS_UNSPECIFIED: TransitionStatus
TRANSITION_STATUS_SUCCESS: TransitionStatus
TRANSITION_STATUS_FAILED: TransitionStatus
TRANSITION_STATUS_PENDING: TransitionStatus

class StateTransition(_message.Message):
    __slots__ = ("timestamp", "from_state", "to_state", "trigger_event", "status", "error_message")
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    FROM_STATE_FIELD_NUMBER: _ClassVar[int]
    TO_STATE_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_EVENT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    timestamp: _timestamp_pb2.Timestamp
    from_state: FsmState
    to_state: FsmState
    trigger_event: str
    status: TransitionStatus
    error_message: str
    def __init__(self, timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., from_state: _Optional[_Union[FsmState, str]] = ..., to_state: _Optional[_Union[FsmState, str]] = ..., trigger_event: _Optional[str] = ..., status: _Optional[_Union[TransitionStatus, str]] = ..., error_message: _Optional[str] = ...) -> None: ...

class FsmStateSnapshot(_message.Message):
    __slots__ = ("snapshot_id", "timestamp", "current_state", "history", "context_data", "fsm_instance_id", "state_metadata", "source_module", "attempt_count")
    class ContextDataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class StateMetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    CURRENT_STATE_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_DATA_FIELD_NUMBER: _ClassVar[int]
    FSM_INSTANCE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_METADATA_FIELD_NUMBER: _ClassVar[int]
    SOURCE_MODULE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_COUNT_FIELD_NUMBER: _ClassVar[int]
    snapshot_id: _common_pb2.UUID
    timestamp: _timestamp_pb2.Timestamp
    current_state: FsmState
    history: _containers.RepeatedCompositeFieldContainer[StateTransition]
    context_data: _containers.ScalarMap[str, str]
    fsm_instance_id: _common_pb2.UUID
    state_metadata: _containers.ScalarMap[str, str]
    source_module: str
    attempt_count: int
    def __init__(self, snapshot_id: _Optional[_Union[_common_pb2.UUID, _Mapping]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., current_state: _Optional[_Union[FsmState, str]] = ..., history: _Optional[_Iterable[_Union[StateTransition, _Mapping]]] = ..., context_data: _Optional[_Mapping[str, str]] = ..., fsm_instance_id: _Optional[_Union[_common_pb2.UUID, _Mapping]] = ..., state_metadata: _Optional[_Mapping[str, str]] = ..., source_module: _Optional[str] = ..., attempt_count: _Optional[int] = ...) -> None: ...
