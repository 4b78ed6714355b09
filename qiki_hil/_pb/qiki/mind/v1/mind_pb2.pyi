import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from qiki_hil._pb.qiki.actuators.v1 import actuators_pb2 as _actuators_pb2
from qiki_hil._pb.qiki.common.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProposalType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROPOSAL_TYPE_UNSPECIFIED: _ClassVar[ProposalType]
    PROPOSAL_TYPE_SAFETY: _ClassVar[ProposalType]
    PROPOSAL_TYPE_PLANNING: _ClassVar[ProposalType]
    PROPOSAL_TYPE_DIAGNOSTICS: _ClassVar[ProposalType]
    PROPOSAL_TYPE_EXPLORATION: _ClassVar[ProposalType]

class ProposalStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROPOSAL_STATUS_UNSPECIFIED: _ClassVar[ProposalStatus]
    PROPOSAL_STATUS_PENDING: _ClassVar[ProposalStatus]
    PROPOSAL_STATUS_ACCEPTED: _ClassVar[ProposalStatus]
    PROPOSAL_STATUS_REJECTED: _ClassVar[ProposalStatus]
    PROPOSAL_STATUS_EXECUTED: _ClassVar[ProposalStatus]
    PROPOSAL_STATUS_EXPIRED: _ClassVar[ProposalStatus]
PROPOSAL_TYPE_UNSPECIFIED: ProposalType
PROPOSAL_TYPE_SAFETY: ProposalType
PROPOSAL_TYPE_PLANNING: ProposalType
PROPOSAL_TYPE_DIAGNOSTICS: ProposalType
PROPOSAL_TYPE_EXPLORATION: ProposalType
PROPOSAL_STATUS_UNSPECIFIED: ProposalStatus
PROPOSAL_STATUS_PENDING: ProposalStatus
PROPOSAL_STATUS_ACCEPTED: ProposalStatus
PROPOSAL_STATUS_REJECTED: ProposalStatus
PROPOSAL_STATUS_EXECUTED: ProposalStatus
PROPOSAL_STATUS_EXPIRED: ProposalStatus

class Proposal(_message.Message):
    __slots__ = ("proposal_id", "source_module_id", "timestamp", "proposed_actions", "justification", "priority_ratio", "expected_duration", "type", "metadata", "confidence_ratio", "status", "depends_on", "conflicts_with", "proposal_signature")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    PROPOSAL_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_MODULE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_ACTIONS_FIELD_NUMBER: _ClassVar[int]
    JUSTIFICATION_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_RATIO_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_DURATION_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_RATIO_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DEPENDS_ON_FIELD_NUMBER: _ClassVar[int]
    CONFLICTS_WITH_FIELD_NUMBER: _ClassVar[int]
    PROPOSAL_SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    proposal_id: _common_pb2.UUID
    source_module_id: str
    timestamp: _timestamp_pb2.Timestamp
    proposed_actions: _containers.RepeatedCompositeFieldContainer[_actuators_pb2.ActuatorCommand]
    justification: str
    priority_ratio: float
    expected_duration: _duration_pb2.Duration
    type: ProposalType
    metadata: _containers.ScalarMap[str, str]
    confidence_ratio: float
    status: ProposalStatus
    depends_on: _containers.RepeatedCompositeFieldContainer[_common_pb2.UUID]
    conflicts_with: _containers.RepeatedCompositeFieldContainer[_common_pb2.UUID]
    proposal_signature: str
    def __init__(self, proposal_id: _Optional[_Union[_common_pb2.UUID, _Mapping]] = ..., source_module_id: _Optional[str] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., proposed_actions: _Optional[_Iterable[_Union[_actuators_pb2.ActuatorCommand, _Mapping]]] = ..., justification: _Optional[str] = ..., priority_ratio: _Optional[float] = ..., expected_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., type: _Optional[_Union[ProposalType, str]] = ..., metadata: _Optional[_Mapping[str, str]] = ..., confidence_ratio: _Optional[float] = ..., status: _Optional[_Union[ProposalStatus, str]] = ..., depends_on: _Optional[_Iterable[_Union[_common_pb2.UUID, _Mapping]]] = ..., conflicts_with: _Optional[_Iterable[_Union[_common_pb2.UUID, _Mapping]]] = ..., proposal_signature: _Optional[str] = ...) -> None: ...
