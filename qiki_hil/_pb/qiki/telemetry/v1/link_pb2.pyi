from qiki_hil._pb.qiki.commands.v1 import command_pb2 as _command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2 as _cycle_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LoopEnd(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOOP_END_UNSPECIFIED: _ClassVar[LoopEnd]
    LOOP_END_COMPLETED: _ClassVar[LoopEnd]
    LOOP_END_STOPPED: _ClassVar[LoopEnd]
    LOOP_END_SUPERVISOR_LOST: _ClassVar[LoopEnd]
    LOOP_END_OVERRUN: _ClassVar[LoopEnd]
    LOOP_END_RIG_FAILED: _ClassVar[LoopEnd]
    LOOP_END_SETUP_FAILED: _ClassVar[LoopEnd]
    LOOP_END_RECORD_FAILED: _ClassVar[LoopEnd]
LOOP_END_UNSPECIFIED: LoopEnd
LOOP_END_COMPLETED: LoopEnd
LOOP_END_STOPPED: LoopEnd
LOOP_END_SUPERVISOR_LOST: LoopEnd
LOOP_END_OVERRUN: LoopEnd
LOOP_END_RIG_FAILED: LoopEnd
LOOP_END_SETUP_FAILED: LoopEnd
LOOP_END_RECORD_FAILED: LoopEnd

class LoopStarted(_message.Message):
    __slots__ = ("realtime_measures", "start_unix_ns", "start_monotonic_ns")
    REALTIME_MEASURES_FIELD_NUMBER: _ClassVar[int]
    START_UNIX_NS_FIELD_NUMBER: _ClassVar[int]
    START_MONOTONIC_NS_FIELD_NUMBER: _ClassVar[int]
    realtime_measures: _containers.RepeatedScalarFieldContainer[str]
    start_unix_ns: int
    start_monotonic_ns: int
    def __init__(self, realtime_measures: _Optional[_Iterable[str]] = ..., start_unix_ns: _Optional[int] = ..., start_monotonic_ns: _Optional[int] = ...) -> None: ...

class LoopEnded(_message.Message):
    __slots__ = ("end", "detail", "ticks", "records_dropped", "overruns", "rig_counters", "wall_ns", "valves_closed", "commands_unanswered", "valves_doubt")
    class RigCountersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    END_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    TICKS_FIELD_NUMBER: _ClassVar[int]
    RECORDS_DROPPED_FIELD_NUMBER: _ClassVar[int]
    OVERRUNS_FIELD_NUMBER: _ClassVar[int]
    RIG_COUNTERS_FIELD_NUMBER: _ClassVar[int]
    WALL_NS_FIELD_NUMBER: _ClassVar[int]
    VALVES_CLOSED_FIELD_NUMBER: _ClassVar[int]
    COMMANDS_UNANSWERED_FIELD_NUMBER: _ClassVar[int]
    VALVES_DOUBT_FIELD_NUMBER: _ClassVar[int]
    end: LoopEnd
    detail: str
    ticks: int
    records_dropped: int
    overruns: int
    rig_counters: _containers.ScalarMap[str, int]
    wall_ns: int
    valves_closed: bool
    commands_unanswered: int
    valves_doubt: str
    def __init__(self, end: _Optional[_Union[LoopEnd, str]] = ..., detail: _Optional[str] = ..., ticks: _Optional[int] = ..., records_dropped: _Optional[int] = ..., overruns: _Optional[int] = ..., rig_counters: _Optional[_Mapping[str, int]] = ..., wall_ns: _Optional[int] = ..., valves_closed: bool = ..., commands_unanswered: _Optional[int] = ..., valves_doubt: _Optional[str] = ...) -> None: ...

class LoopPacket(_message.Message):
    __slots__ = ("cycles", "started", "ended")
    CYCLES_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    cycles: _containers.RepeatedCompositeFieldContainer[_cycle_pb2.CycleRecord]
    started: LoopStarted
    ended: LoopEnded
    def __init__(self, cycles: _Optional[_Iterable[_Union[_cycle_pb2.CycleRecord, _Mapping]]] = ..., started: _Optional[_Union[LoopStarted, _Mapping]] = ..., ended: _Optional[_Union[LoopEnded, _Mapping]] = ...) -> None: ...

class RigFault(_message.Message):
    __slots__ = ("kind", "target", "sensor", "active")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    SENSOR_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    target: int
    sensor: str
    active: bool
    def __init__(self, kind: _Optional[str] = ..., target: _Optional[int] = ..., sensor: _Optional[str] = ..., active: bool = ...) -> None: ...

class LoopRequest(_message.Message):
    __slots__ = ("command", "fault", "stop")
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    STOP_FIELD_NUMBER: _ClassVar[int]
    command: _command_pb2.Command
    fault: RigFault
    stop: bool
    def __init__(self, command: _Optional[_Union[_command_pb2.Command, _Mapping]] = ..., fault: _Optional[_Union[RigFault, _Mapping]] = ..., stop: bool = ...) -> None: ...
