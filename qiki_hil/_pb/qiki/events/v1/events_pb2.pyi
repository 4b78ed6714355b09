from qiki_hil._pb.qiki.commands.v1 import command_pb2 as _command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2 as _cycle_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2 as _link_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEVERITY_UNSPECIFIED: _ClassVar[Severity]
    SEVERITY_INFO: _ClassVar[Severity]
    SEVERITY_WARNING: _ClassVar[Severity]
    SEVERITY_CRITICAL: _ClassVar[Severity]

class RunStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RUN_STATUS_UNSPECIFIED: _ClassVar[RunStatus]
    RUN_STATUS_PASSED: _ClassVar[RunStatus]
    RUN_STATUS_FAILED: _ClassVar[RunStatus]
    RUN_STATUS_ABORTED: _ClassVar[RunStatus]

class NodeState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NODE_STATE_UNSPECIFIED: _ClassVar[NodeState]
    NODE_STATE_SILENT: _ClassVar[NodeState]
    NODE_STATE_ARMED: _ClassVar[NodeState]
    NODE_STATE_FAILSAFE: _ClassVar[NodeState]
    NODE_STATE_FAULT: _ClassVar[NodeState]
SEVERITY_UNSPECIFIED: Severity
SEVERITY_INFO: Severity
SEVERITY_WARNING: Severity
SEVERITY_CRITICAL: Severity
RUN_STATUS_UNSPECIFIED: RunStatus
RUN_STATUS_PASSED: RunStatus
RUN_STATUS_FAILED: RunStatus
RUN_STATUS_ABORTED: RunStatus
NODE_STATE_UNSPECIFIED: NodeState
NODE_STATE_SILENT: NodeState
NODE_STATE_ARMED: NodeState
NODE_STATE_FAILSAFE: NodeState
NODE_STATE_FAULT: NodeState

class RunStarted(_message.Message):
    __slots__ = ("scenario", "rig", "rate_hz", "seed", "hardware_profile_hash", "realtime_measures")
    SCENARIO_FIELD_NUMBER: _ClassVar[int]
    RIG_FIELD_NUMBER: _ClassVar[int]
    RATE_HZ_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    HARDWARE_PROFILE_HASH_FIELD_NUMBER: _ClassVar[int]
    REALTIME_MEASURES_FIELD_NUMBER: _ClassVar[int]
    scenario: str
    rig: str
    rate_hz: float
    seed: int
    hardware_profile_hash: str
    realtime_measures: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, scenario: _Optional[str] = ..., rig: _Optional[str] = ..., rate_hz: _Optional[float] = ..., seed: _Optional[int] = ..., hardware_profile_hash: _Optional[str] = ..., realtime_measures: _Optional[_Iterable[str]] = ...) -> None: ...

class RunEnded(_message.Message):
    __slots__ = ("status", "loop_end", "detail", "ticks", "overruns", "records_dropped", "valves_closed", "commands_unanswered")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LOOP_END_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    TICKS_FIELD_NUMBER: _ClassVar[int]
    OVERRUNS_FIELD_NUMBER: _ClassVar[int]
    RECORDS_DROPPED_FIELD_NUMBER: _ClassVar[int]
    VALVES_CLOSED_FIELD_NUMBER: _ClassVar[int]
    COMMANDS_UNANSWERED_FIELD_NUMBER: _ClassVar[int]
    status: RunStatus
    loop_end: _link_pb2.LoopEnd
    detail: str
    ticks: int
    overruns: int
    records_dropped: int
    valves_closed: bool
    commands_unanswered: int
    def __init__(self, status: _Optional[_Union[RunStatus, str]] = ..., loop_end: _Optional[_Union[_link_pb2.LoopEnd, str]] = ..., detail: _Optional[str] = ..., ticks: _Optional[int] = ..., overruns: _Optional[int] = ..., records_dropped: _Optional[int] = ..., valves_closed: bool = ..., commands_unanswered: _Optional[int] = ...) -> None: ...

class ModeChanged(_message.Message):
    __slots__ = ("from_mode", "to_mode", "reason")
    FROM_MODE_FIELD_NUMBER: _ClassVar[int]
    TO_MODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    from_mode: _command_pb2.FlightMode
    to_mode: _command_pb2.FlightMode
    reason: _command_pb2.ReasonCode
    def __init__(self, from_mode: _Optional[_Union[_command_pb2.FlightMode, str]] = ..., to_mode: _Optional[_Union[_command_pb2.FlightMode, str]] = ..., reason: _Optional[_Union[_command_pb2.ReasonCode, str]] = ...) -> None: ...

class AllocationChanged(_message.Message):
    __slots__ = ("requested", "from_mode", "to_mode", "reason")
    REQUESTED_FIELD_NUMBER: _ClassVar[int]
    FROM_MODE_FIELD_NUMBER: _ClassVar[int]
    TO_MODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    requested: _command_pb2.AllocationMode
    from_mode: _command_pb2.AllocationMode
    to_mode: _command_pb2.AllocationMode
    reason: _command_pb2.ReasonCode
    def __init__(self, requested: _Optional[_Union[_command_pb2.AllocationMode, str]] = ..., from_mode: _Optional[_Union[_command_pb2.AllocationMode, str]] = ..., to_mode: _Optional[_Union[_command_pb2.AllocationMode, str]] = ..., reason: _Optional[_Union[_command_pb2.ReasonCode, str]] = ...) -> None: ...

class ArmedChanged(_message.Message):
    __slots__ = ("armed", "reason")
    ARMED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    armed: bool
    reason: _command_pb2.ReasonCode
    def __init__(self, armed: bool = ..., reason: _Optional[_Union[_command_pb2.ReasonCode, str]] = ...) -> None: ...

class CommandReplied(_message.Message):
    __slots__ = ("reply", "command")
    REPLY_FIELD_NUMBER: _ClassVar[int]
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    reply: _command_pb2.CommandReply
    command: _command_pb2.Command
    def __init__(self, reply: _Optional[_Union[_command_pb2.CommandReply, _Mapping]] = ..., command: _Optional[_Union[_command_pb2.Command, _Mapping]] = ...) -> None: ...

class FaultInjected(_message.Message):
    __slots__ = ("fault",)
    FAULT_FIELD_NUMBER: _ClassVar[int]
    fault: _link_pb2.RigFault
    def __init__(self, fault: _Optional[_Union[_link_pb2.RigFault, _Mapping]] = ...) -> None: ...

class ValveFaultDetected(_message.Message):
    __slots__ = ("nozzle", "isolated", "active", "fault", "by_feedback", "by_motion", "by_node", "feedback_lies", "returning")
    NOZZLE_FIELD_NUMBER: _ClassVar[int]
    ISOLATED_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    BY_FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    BY_MOTION_FIELD_NUMBER: _ClassVar[int]
    BY_NODE_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_LIES_FIELD_NUMBER: _ClassVar[int]
    RETURNING_FIELD_NUMBER: _ClassVar[int]
    nozzle: int
    isolated: bool
    active: bool
    fault: _cycle_pb2.NozzleFault
    by_feedback: bool
    by_motion: bool
    by_node: bool
    feedback_lies: bool
    returning: bool
    def __init__(self, nozzle: _Optional[int] = ..., isolated: bool = ..., active: bool = ..., fault: _Optional[_Union[_cycle_pb2.NozzleFault, str]] = ..., by_feedback: bool = ..., by_motion: bool = ..., by_node: bool = ..., feedback_lies: bool = ..., returning: bool = ...) -> None: ...

class NodeStateChanged(_message.Message):
    __slots__ = ("cluster", "from_state", "to_state")
    CLUSTER_FIELD_NUMBER: _ClassVar[int]
    FROM_STATE_FIELD_NUMBER: _ClassVar[int]
    TO_STATE_FIELD_NUMBER: _ClassVar[int]
    cluster: int
    from_state: NodeState
    to_state: NodeState
    def __init__(self, cluster: _Optional[int] = ..., from_state: _Optional[_Union[NodeState, str]] = ..., to_state: _Optional[_Union[NodeState, str]] = ...) -> None: ...

class LimitChanged(_message.Message):
    __slots__ = ("subjects", "reason", "active")
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    subjects: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    active: bool
    def __init__(self, subjects: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., active: bool = ...) -> None: ...

class GuardRefused(_message.Message):
    __slots__ = ("violation",)
    VIOLATION_FIELD_NUMBER: _ClassVar[int]
    violation: _cycle_pb2.GuardViolation
    def __init__(self, violation: _Optional[_Union[_cycle_pb2.GuardViolation, str]] = ...) -> None: ...

class OverrunOccurred(_message.Message):
    __slots__ = ("overruns", "wakeup_ns")
    OVERRUNS_FIELD_NUMBER: _ClassVar[int]
    WAKEUP_NS_FIELD_NUMBER: _ClassVar[int]
    overruns: int
    wakeup_ns: int
    def __init__(self, overruns: _Optional[int] = ..., wakeup_ns: _Optional[int] = ...) -> None: ...

class RecordsDropped(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: int
    def __init__(self, records: _Optional[int] = ...) -> None: ...

class BrokerStateChanged(_message.Message):
    __slots__ = ("connected", "url", "detail")
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    connected: bool
    url: str
    detail: str
    def __init__(self, connected: bool = ..., url: _Optional[str] = ..., detail: _Optional[str] = ...) -> None: ...

class ExpectationJudged(_message.Message):
    __slots__ = ("expectation", "met", "detail")
    EXPECTATION_FIELD_NUMBER: _ClassVar[int]
    MET_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    expectation: str
    met: bool
    detail: str
    def __init__(self, expectation: _Optional[str] = ..., met: bool = ..., detail: _Optional[str] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("event_id", "run_id", "time_ns", "unix_ns", "tick", "severity", "registrar_code", "source", "run_started", "run_ended", "mode_changed", "armed_changed", "command_replied", "fault_injected", "valve_fault_detected", "node_state_changed", "overrun_occurred", "records_dropped", "broker_state_changed", "expectation_judged", "allocation_changed", "limit_changed", "guard_refused")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    UNIX_NS_FIELD_NUMBER: _ClassVar[int]
    TICK_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    REGISTRAR_CODE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RUN_STARTED_FIELD_NUMBER: _ClassVar[int]
    RUN_ENDED_FIELD_NUMBER: _ClassVar[int]
    MODE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    ARMED_CHANGED_FIELD_NUMBER: _ClassVar[int]
    COMMAND_REPLIED_FIELD_NUMBER: _ClassVar[int]
    FAULT_INJECTED_FIELD_NUMBER: _ClassVar[int]
    VALVE_FAULT_DETECTED_FIELD_NUMBER: _ClassVar[int]
    NODE_STATE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    OVERRUN_OCCURRED_FIELD_NUMBER: _ClassVar[int]
    RECORDS_DROPPED_FIELD_NUMBER: _ClassVar[int]
    BROKER_STATE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    EXPECTATION_JUDGED_FIELD_NUMBER: _ClassVar[int]
    ALLOCATION_CHANGED_FIELD_NUMBER: _ClassVar[int]
    LIMIT_CHANGED_FIELD_NUMBER: _ClassVar[int]
    GUARD_REFUSED_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    run_id: str
    time_ns: int
    unix_ns: int
    tick: int
    severity: Severity
    registrar_code: int
    source: str
    run_started: RunStarted
    run_ended: RunEnded
    mode_changed: ModeChanged
    armed_changed: ArmedChanged
    command_replied: CommandReplied
    fault_injected: FaultInjected
    valve_fault_detected: ValveFaultDetected
    node_state_changed: NodeStateChanged
    overrun_occurred: OverrunOccurred
    records_dropped: RecordsDropped
    broker_state_changed: BrokerStateChanged
    expectation_judged: ExpectationJudged
    allocation_changed: AllocationChanged
    limit_changed: LimitChanged
    guard_refused: GuardRefused
    def __init__(self, event_id: _Optional[str] = ..., run_id: _Optional[str] = ..., time_ns: _Optional[int] = ..., unix_ns: _Optional[int] = ..., tick: _Optional[int] = ..., severity: _Optional[_Union[Severity, str]] = ..., registrar_code: _Optional[int] = ..., source: _Optional[str] = ..., run_started: _Optional[_Union[RunStarted, _Mapping]] = ..., run_ended: _Optional[_Union[RunEnded, _Mapping]] = ..., mode_changed: _Optional[_Union[ModeChanged, _Mapping]] = ..., armed_changed: _Optional[_Union[ArmedChanged, _Mapping]] = ..., command_replied: _Optional[_Union[CommandReplied, _Mapping]] = ..., fault_injected: _Optional[_Union[FaultInjected, _Mapping]] = ..., valve_fault_detected: _Optional[_Union[ValveFaultDetected, _Mapping]] = ..., node_state_changed: _Optional[_Union[NodeStateChanged, _Mapping]] = ..., overrun_occurred: _Optional[_Union[OverrunOccurred, _Mapping]] = ..., records_dropped: _Optional[_Union[RecordsDropped, _Mapping]] = ..., broker_state_changed: _Optional[_Union[BrokerStateChanged, _Mapping]] = ..., expectation_judged: _Optional[_Union[ExpectationJudged, _Mapping]] = ..., allocation_changed: _Optional[_Union[AllocationChanged, _Mapping]] = ..., limit_changed: _Optional[_Union[LimitChanged, _Mapping]] = ..., guard_refused: _Optional[_Union[GuardRefused, _Mapping]] = ...) -> None: ...
