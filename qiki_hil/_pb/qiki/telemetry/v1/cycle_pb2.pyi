from qiki_hil._pb.qiki.commands.v1 import command_pb2 as _command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import power_pb2 as _power_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AllocStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ALLOC_STATUS_UNSPECIFIED: _ClassVar[AllocStatus]
    ALLOC_STATUS_OPTIMAL: _ClassVar[AllocStatus]
    ALLOC_STATUS_SATURATED: _ClassVar[AllocStatus]
    ALLOC_STATUS_ITERATION_LIMIT: _ClassVar[AllocStatus]
    ALLOC_STATUS_BAD_INPUT: _ClassVar[AllocStatus]

class GuardViolation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GUARD_VIOLATION_UNSPECIFIED: _ClassVar[GuardViolation]
    GUARD_VIOLATION_NOT_ARMED: _ClassVar[GuardViolation]
    GUARD_VIOLATION_ON_TIME: _ClassVar[GuardViolation]
    GUARD_VIOLATION_PULSE_TOO_SHORT: _ClassVar[GuardViolation]
    GUARD_VIOLATION_PAUSE_TOO_SHORT: _ClassVar[GuardViolation]
    GUARD_VIOLATION_PULSE_TOO_LONG: _ClassVar[GuardViolation]
    GUARD_VIOLATION_POWER: _ClassVar[GuardViolation]
    GUARD_VIOLATION_FORCE_CLOSE: _ClassVar[GuardViolation]

class NozzleFault(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOZZLE_FAULT_UNSPECIFIED: _ClassVar[NozzleFault]
    NOZZLE_FAULT_CLOSED: _ClassVar[NozzleFault]
    NOZZLE_FAULT_OPEN: _ClassVar[NozzleFault]
    NOZZLE_FAULT_NODE: _ClassVar[NozzleFault]
    NOZZLE_FAULT_FEEDBACK: _ClassVar[NozzleFault]
ALLOC_STATUS_UNSPECIFIED: AllocStatus
ALLOC_STATUS_OPTIMAL: AllocStatus
ALLOC_STATUS_SATURATED: AllocStatus
ALLOC_STATUS_ITERATION_LIMIT: AllocStatus
ALLOC_STATUS_BAD_INPUT: AllocStatus
GUARD_VIOLATION_UNSPECIFIED: GuardViolation
GUARD_VIOLATION_NOT_ARMED: GuardViolation
GUARD_VIOLATION_ON_TIME: GuardViolation
GUARD_VIOLATION_PULSE_TOO_SHORT: GuardViolation
GUARD_VIOLATION_PAUSE_TOO_SHORT: GuardViolation
GUARD_VIOLATION_PULSE_TOO_LONG: GuardViolation
GUARD_VIOLATION_POWER: GuardViolation
GUARD_VIOLATION_FORCE_CLOSE: GuardViolation
NOZZLE_FAULT_UNSPECIFIED: NozzleFault
NOZZLE_FAULT_CLOSED: NozzleFault
NOZZLE_FAULT_OPEN: NozzleFault
NOZZLE_FAULT_NODE: NozzleFault
NOZZLE_FAULT_FEEDBACK: NozzleFault

class Feedback(_message.Message):
    __slots__ = ("fresh", "rates_rps_body", "acceleration_mps2_body", "attitude_xyzw", "position_m_world", "velocity_mps_world", "open_time_us", "valve_fault", "node_state", "battery_soc_ratio", "supercap_soc_ratio", "bus_v", "load_w", "propellant_kg", "cluster_temp_c", "power_detail", "node_temp_c", "nodes_warned", "nodes_tripped")
    FRESH_FIELD_NUMBER: _ClassVar[int]
    RATES_RPS_BODY_FIELD_NUMBER: _ClassVar[int]
    ACCELERATION_MPS2_BODY_FIELD_NUMBER: _ClassVar[int]
    ATTITUDE_XYZW_FIELD_NUMBER: _ClassVar[int]
    POSITION_M_WORLD_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_MPS_WORLD_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_US_FIELD_NUMBER: _ClassVar[int]
    VALVE_FAULT_FIELD_NUMBER: _ClassVar[int]
    NODE_STATE_FIELD_NUMBER: _ClassVar[int]
    BATTERY_SOC_RATIO_FIELD_NUMBER: _ClassVar[int]
    SUPERCAP_SOC_RATIO_FIELD_NUMBER: _ClassVar[int]
    BUS_V_FIELD_NUMBER: _ClassVar[int]
    LOAD_W_FIELD_NUMBER: _ClassVar[int]
    PROPELLANT_KG_FIELD_NUMBER: _ClassVar[int]
    CLUSTER_TEMP_C_FIELD_NUMBER: _ClassVar[int]
    POWER_DETAIL_FIELD_NUMBER: _ClassVar[int]
    NODE_TEMP_C_FIELD_NUMBER: _ClassVar[int]
    NODES_WARNED_FIELD_NUMBER: _ClassVar[int]
    NODES_TRIPPED_FIELD_NUMBER: _ClassVar[int]
    fresh: int
    rates_rps_body: _containers.RepeatedScalarFieldContainer[float]
    acceleration_mps2_body: _containers.RepeatedScalarFieldContainer[float]
    attitude_xyzw: _containers.RepeatedScalarFieldContainer[float]
    position_m_world: _containers.RepeatedScalarFieldContainer[float]
    velocity_mps_world: _containers.RepeatedScalarFieldContainer[float]
    open_time_us: _containers.RepeatedScalarFieldContainer[int]
    valve_fault: int
    node_state: _containers.RepeatedScalarFieldContainer[int]
    battery_soc_ratio: float
    supercap_soc_ratio: float
    bus_v: float
    load_w: float
    propellant_kg: float
    cluster_temp_c: _containers.RepeatedScalarFieldContainer[float]
    power_detail: _power_pb2.PowerDetail
    node_temp_c: _containers.RepeatedScalarFieldContainer[float]
    nodes_warned: int
    nodes_tripped: int
    def __init__(self, fresh: _Optional[int] = ..., rates_rps_body: _Optional[_Iterable[float]] = ..., acceleration_mps2_body: _Optional[_Iterable[float]] = ..., attitude_xyzw: _Optional[_Iterable[float]] = ..., position_m_world: _Optional[_Iterable[float]] = ..., velocity_mps_world: _Optional[_Iterable[float]] = ..., open_time_us: _Optional[_Iterable[int]] = ..., valve_fault: _Optional[int] = ..., node_state: _Optional[_Iterable[int]] = ..., battery_soc_ratio: _Optional[float] = ..., supercap_soc_ratio: _Optional[float] = ..., bus_v: _Optional[float] = ..., load_w: _Optional[float] = ..., propellant_kg: _Optional[float] = ..., cluster_temp_c: _Optional[_Iterable[float]] = ..., power_detail: _Optional[_Union[_power_pb2.PowerDetail, _Mapping]] = ..., node_temp_c: _Optional[_Iterable[float]] = ..., nodes_warned: _Optional[int] = ..., nodes_tripped: _Optional[int] = ...) -> None: ...

class BurnProgress(_message.Message):
    __slots__ = ("segment", "clock_s", "demanded_mps", "residual_mps", "inhibited_by")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    CLOCK_S_FIELD_NUMBER: _ClassVar[int]
    DEMANDED_MPS_FIELD_NUMBER: _ClassVar[int]
    RESIDUAL_MPS_FIELD_NUMBER: _ClassVar[int]
    INHIBITED_BY_FIELD_NUMBER: _ClassVar[int]
    segment: int
    clock_s: float
    demanded_mps: float
    residual_mps: float
    inhibited_by: _command_pb2.ReasonCode
    def __init__(self, segment: _Optional[int] = ..., clock_s: _Optional[float] = ..., demanded_mps: _Optional[float] = ..., residual_mps: _Optional[float] = ..., inhibited_by: _Optional[_Union[_command_pb2.ReasonCode, str]] = ...) -> None: ...

class NozzleFaults(_message.Message):
    __slots__ = ("closed", "open", "returning", "by_feedback", "by_motion", "by_node", "feedback_lies")
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    RETURNING_FIELD_NUMBER: _ClassVar[int]
    BY_FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    BY_MOTION_FIELD_NUMBER: _ClassVar[int]
    BY_NODE_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_LIES_FIELD_NUMBER: _ClassVar[int]
    closed: int
    open: int
    returning: int
    by_feedback: int
    by_motion: int
    by_node: int
    feedback_lies: int
    def __init__(self, closed: _Optional[int] = ..., open: _Optional[int] = ..., returning: _Optional[int] = ..., by_feedback: _Optional[int] = ..., by_motion: _Optional[int] = ..., by_node: _Optional[int] = ..., feedback_lies: _Optional[int] = ...) -> None: ...

class Control(_message.Message):
    __slots__ = ("mode", "armed", "inhibit_reason", "position_m_world", "velocity_mps_world", "attitude_xyzw", "rates_rps_body", "reference_position_m_world", "reference_attitude_xyzw", "wrench_demanded", "wrench_allocated", "thrust_n", "alloc_status", "alloc_iterations", "on_time_us", "isolated", "replies", "nav_age_ticks", "emissions_allowed", "rcs_power_max_w", "rcs_power_limits", "allocation_requested", "allocation_mode", "allocation_reason", "rcs_power_w", "cluster_limits", "resting", "working_mass_low", "model_mismatch", "burn", "faults", "guard_violation")
    MODE_FIELD_NUMBER: _ClassVar[int]
    ARMED_FIELD_NUMBER: _ClassVar[int]
    INHIBIT_REASON_FIELD_NUMBER: _ClassVar[int]
    POSITION_M_WORLD_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_MPS_WORLD_FIELD_NUMBER: _ClassVar[int]
    ATTITUDE_XYZW_FIELD_NUMBER: _ClassVar[int]
    RATES_RPS_BODY_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_POSITION_M_WORLD_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_ATTITUDE_XYZW_FIELD_NUMBER: _ClassVar[int]
    WRENCH_DEMANDED_FIELD_NUMBER: _ClassVar[int]
    WRENCH_ALLOCATED_FIELD_NUMBER: _ClassVar[int]
    THRUST_N_FIELD_NUMBER: _ClassVar[int]
    ALLOC_STATUS_FIELD_NUMBER: _ClassVar[int]
    ALLOC_ITERATIONS_FIELD_NUMBER: _ClassVar[int]
    ON_TIME_US_FIELD_NUMBER: _ClassVar[int]
    ISOLATED_FIELD_NUMBER: _ClassVar[int]
    REPLIES_FIELD_NUMBER: _ClassVar[int]
    NAV_AGE_TICKS_FIELD_NUMBER: _ClassVar[int]
    EMISSIONS_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    RCS_POWER_MAX_W_FIELD_NUMBER: _ClassVar[int]
    RCS_POWER_LIMITS_FIELD_NUMBER: _ClassVar[int]
    ALLOCATION_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    ALLOCATION_MODE_FIELD_NUMBER: _ClassVar[int]
    ALLOCATION_REASON_FIELD_NUMBER: _ClassVar[int]
    RCS_POWER_W_FIELD_NUMBER: _ClassVar[int]
    CLUSTER_LIMITS_FIELD_NUMBER: _ClassVar[int]
    RESTING_FIELD_NUMBER: _ClassVar[int]
    WORKING_MASS_LOW_FIELD_NUMBER: _ClassVar[int]
    MODEL_MISMATCH_FIELD_NUMBER: _ClassVar[int]
    BURN_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    GUARD_VIOLATION_FIELD_NUMBER: _ClassVar[int]
    mode: _command_pb2.FlightMode
    armed: bool
    inhibit_reason: _command_pb2.ReasonCode
    position_m_world: _containers.RepeatedScalarFieldContainer[float]
    velocity_mps_world: _containers.RepeatedScalarFieldContainer[float]
    attitude_xyzw: _containers.RepeatedScalarFieldContainer[float]
    rates_rps_body: _containers.RepeatedScalarFieldContainer[float]
    reference_position_m_world: _containers.RepeatedScalarFieldContainer[float]
    reference_attitude_xyzw: _containers.RepeatedScalarFieldContainer[float]
    wrench_demanded: _containers.RepeatedScalarFieldContainer[float]
    wrench_allocated: _containers.RepeatedScalarFieldContainer[float]
    thrust_n: _containers.RepeatedScalarFieldContainer[float]
    alloc_status: AllocStatus
    alloc_iterations: int
    on_time_us: _containers.RepeatedScalarFieldContainer[int]
    isolated: int
    replies: _containers.RepeatedCompositeFieldContainer[_command_pb2.CommandReply]
    nav_age_ticks: int
    emissions_allowed: bool
    rcs_power_max_w: float
    rcs_power_limits: int
    allocation_requested: _command_pb2.AllocationMode
    allocation_mode: _command_pb2.AllocationMode
    allocation_reason: _command_pb2.ReasonCode
    rcs_power_w: float
    cluster_limits: _containers.RepeatedScalarFieldContainer[int]
    resting: int
    working_mass_low: bool
    model_mismatch: int
    burn: BurnProgress
    faults: NozzleFaults
    guard_violation: GuardViolation
    def __init__(self, mode: _Optional[_Union[_command_pb2.FlightMode, str]] = ..., armed: bool = ..., inhibit_reason: _Optional[_Union[_command_pb2.ReasonCode, str]] = ..., position_m_world: _Optional[_Iterable[float]] = ..., velocity_mps_world: _Optional[_Iterable[float]] = ..., attitude_xyzw: _Optional[_Iterable[float]] = ..., rates_rps_body: _Optional[_Iterable[float]] = ..., reference_position_m_world: _Optional[_Iterable[float]] = ..., reference_attitude_xyzw: _Optional[_Iterable[float]] = ..., wrench_demanded: _Optional[_Iterable[float]] = ..., wrench_allocated: _Optional[_Iterable[float]] = ..., thrust_n: _Optional[_Iterable[float]] = ..., alloc_status: _Optional[_Union[AllocStatus, str]] = ..., alloc_iterations: _Optional[int] = ..., on_time_us: _Optional[_Iterable[int]] = ..., isolated: _Optional[int] = ..., replies: _Optional[_Iterable[_Union[_command_pb2.CommandReply, _Mapping]]] = ..., nav_age_ticks: _Optional[int] = ..., emissions_allowed: bool = ..., rcs_power_max_w: _Optional[float] = ..., rcs_power_limits: _Optional[int] = ..., allocation_requested: _Optional[_Union[_command_pb2.AllocationMode, str]] = ..., allocation_mode: _Optional[_Union[_command_pb2.AllocationMode, str]] = ..., allocation_reason: _Optional[_Union[_command_pb2.ReasonCode, str]] = ..., rcs_power_w: _Optional[float] = ..., cluster_limits: _Optional[_Iterable[int]] = ..., resting: _Optional[int] = ..., working_mass_low: bool = ..., model_mismatch: _Optional[int] = ..., burn: _Optional[_Union[BurnProgress, _Mapping]] = ..., faults: _Optional[_Union[NozzleFaults, _Mapping]] = ..., guard_violation: _Optional[_Union[GuardViolation, str]] = ...) -> None: ...

class Truth(_message.Message):
    __slots__ = ("position_m_world", "velocity_mps_world", "attitude_xyzw", "rates_rps_body", "mass_kg")
    POSITION_M_WORLD_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_MPS_WORLD_FIELD_NUMBER: _ClassVar[int]
    ATTITUDE_XYZW_FIELD_NUMBER: _ClassVar[int]
    RATES_RPS_BODY_FIELD_NUMBER: _ClassVar[int]
    MASS_KG_FIELD_NUMBER: _ClassVar[int]
    position_m_world: _containers.RepeatedScalarFieldContainer[float]
    velocity_mps_world: _containers.RepeatedScalarFieldContainer[float]
    attitude_xyzw: _containers.RepeatedScalarFieldContainer[float]
    rates_rps_body: _containers.RepeatedScalarFieldContainer[float]
    mass_kg: float
    def __init__(self, position_m_world: _Optional[_Iterable[float]] = ..., velocity_mps_world: _Optional[_Iterable[float]] = ..., attitude_xyzw: _Optional[_Iterable[float]] = ..., rates_rps_body: _Optional[_Iterable[float]] = ..., mass_kg: _Optional[float] = ...) -> None: ...

class CycleTiming(_message.Message):
    __slots__ = ("wakeup_ns", "read_ns", "step_ns", "write_ns", "send_ns", "overruns")
    WAKEUP_NS_FIELD_NUMBER: _ClassVar[int]
    READ_NS_FIELD_NUMBER: _ClassVar[int]
    STEP_NS_FIELD_NUMBER: _ClassVar[int]
    WRITE_NS_FIELD_NUMBER: _ClassVar[int]
    SEND_NS_FIELD_NUMBER: _ClassVar[int]
    OVERRUNS_FIELD_NUMBER: _ClassVar[int]
    wakeup_ns: int
    read_ns: int
    step_ns: int
    write_ns: int
    send_ns: int
    overruns: int
    def __init__(self, wakeup_ns: _Optional[int] = ..., read_ns: _Optional[int] = ..., step_ns: _Optional[int] = ..., write_ns: _Optional[int] = ..., send_ns: _Optional[int] = ..., overruns: _Optional[int] = ...) -> None: ...

class CycleRecord(_message.Message):
    __slots__ = ("tick", "time_ns", "period_ns", "feedback", "command", "control", "truth", "timing")
    TICK_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_NS_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    CONTROL_FIELD_NUMBER: _ClassVar[int]
    TRUTH_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    tick: int
    time_ns: int
    period_ns: int
    feedback: Feedback
    command: _command_pb2.Command
    control: Control
    truth: Truth
    timing: CycleTiming
    def __init__(self, tick: _Optional[int] = ..., time_ns: _Optional[int] = ..., period_ns: _Optional[int] = ..., feedback: _Optional[_Union[Feedback, _Mapping]] = ..., command: _Optional[_Union[_command_pb2.Command, _Mapping]] = ..., control: _Optional[_Union[Control, _Mapping]] = ..., truth: _Optional[_Union[Truth, _Mapping]] = ..., timing: _Optional[_Union[CycleTiming, _Mapping]] = ...) -> None: ...
