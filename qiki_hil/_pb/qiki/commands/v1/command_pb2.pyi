from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FlightMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FLIGHT_MODE_UNSPECIFIED: _ClassVar[FlightMode]
    FLIGHT_MODE_IDLE: _ClassVar[FlightMode]
    FLIGHT_MODE_MANOEUVRE: _ClassVar[FlightMode]
    FLIGHT_MODE_BURN: _ClassVar[FlightMode]
    FLIGHT_MODE_COAST: _ClassVar[FlightMode]
    FLIGHT_MODE_BRAKE: _ClassVar[FlightMode]
    FLIGHT_MODE_DOCK: _ClassVar[FlightMode]
    FLIGHT_MODE_BRIDGE: _ClassVar[FlightMode]
    FLIGHT_MODE_EMCON: _ClassVar[FlightMode]
    FLIGHT_MODE_SAFE: _ClassVar[FlightMode]

class AllocationMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ALLOCATION_MODE_UNSPECIFIED: _ClassVar[AllocationMode]
    ALLOCATION_MODE_AUTO: _ClassVar[AllocationMode]
    ALLOCATION_MODE_ADAPTIVE: _ClassVar[AllocationMode]
    ALLOCATION_MODE_MANUAL_OVERRIDE: _ClassVar[AllocationMode]

class BodyAxis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BODY_AXIS_UNSPECIFIED: _ClassVar[BodyAxis]
    BODY_AXIS_FORWARD: _ClassVar[BodyAxis]
    BODY_AXIS_AFT: _ClassVar[BodyAxis]
    BODY_AXIS_PORT: _ClassVar[BodyAxis]
    BODY_AXIS_STARBOARD: _ClassVar[BodyAxis]
    BODY_AXIS_UP: _ClassVar[BodyAxis]
    BODY_AXIS_DOWN: _ClassVar[BodyAxis]

class CommandStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMMAND_STATUS_UNSPECIFIED: _ClassVar[CommandStatus]
    COMMAND_STATUS_ACCEPTED: _ClassVar[CommandStatus]
    COMMAND_STATUS_REJECTED: _ClassVar[CommandStatus]
    COMMAND_STATUS_EFFECT_CONFIRMED: _ClassVar[CommandStatus]
    COMMAND_STATUS_EFFECT_TIMEOUT: _ClassVar[CommandStatus]
    COMMAND_STATUS_ABORTED: _ClassVar[CommandStatus]
    COMMAND_STATUS_INHIBITED: _ClassVar[CommandStatus]

class ReasonCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASON_CODE_UNSPECIFIED: _ClassVar[ReasonCode]
    REASON_CODE_CMD_VALIDATION_FAILED: _ClassVar[ReasonCode]
    REASON_CODE_NOT_ARMED: _ClassVar[ReasonCode]
    REASON_CODE_SAFE_LOCKED: _ClassVar[ReasonCode]
    REASON_CODE_NAV_STALE: _ClassVar[ReasonCode]
    REASON_CODE_NODE_OFFLINE: _ClassVar[ReasonCode]
    REASON_CODE_BRIDGE_ACTIVE_RESTRICTED_MOTION: _ClassVar[ReasonCode]
    REASON_CODE_SUPERSEDED: _ClassVar[ReasonCode]
    REASON_CODE_ALLOCATION_FAILED: _ClassVar[ReasonCode]
    REASON_CODE_GUARD_TRIP: _ClassVar[ReasonCode]
    REASON_CODE_EFFECT_TIMEOUT: _ClassVar[ReasonCode]
    REASON_CODE_OPERATOR: _ClassVar[ReasonCode]
    REASON_CODE_VALVE_FAULT: _ClassVar[ReasonCode]
    REASON_CODE_MODE_NOT_REACHABLE: _ClassVar[ReasonCode]
    REASON_CODE_OVERRUN: _ClassVar[ReasonCode]
    REASON_CODE_CAP_LOW: _ClassVar[ReasonCode]
    REASON_CODE_CONFIRM_REQUIRED: _ClassVar[ReasonCode]
    REASON_CODE_THRUST_MAP_MISSING: _ClassVar[ReasonCode]
    REASON_CODE_TORQUE_MAP_MISSING: _ClassVar[ReasonCode]
    REASON_CODE_MANUAL_OVERRIDE_ACTIVE: _ClassVar[ReasonCode]
    REASON_CODE_MANUAL_OVERRIDE_OFF: _ClassVar[ReasonCode]
    REASON_CODE_MANUAL_NOT_FROM_MODE: _ClassVar[ReasonCode]
    REASON_CODE_MANUAL_TIMEOUT: _ClassVar[ReasonCode]
    REASON_CODE_NOZZLE_ISOLATED: _ClassVar[ReasonCode]
    REASON_CODE_NOZZLE_RESTING: _ClassVar[ReasonCode]
    REASON_CODE_NOZZLES_BUSY: _ClassVar[ReasonCode]
    REASON_CODE_PULSE_TOO_SHORT: _ClassVar[ReasonCode]
    REASON_CODE_PULSE_TOO_LONG: _ClassVar[ReasonCode]
    REASON_CODE_TORQUE_LIMIT: _ClassVar[ReasonCode]
    REASON_CODE_PDU_PEAK_DENIED: _ClassVar[ReasonCode]
    REASON_CODE_RATE_LIMIT: _ClassVar[ReasonCode]
    REASON_CODE_RCS_CLUSTER_HOT: _ClassVar[ReasonCode]
    REASON_CODE_WORKING_MASS_LOW: _ClassVar[ReasonCode]
    REASON_CODE_DELTA_V_MISSED: _ClassVar[ReasonCode]
    REASON_CODE_POWER_TELEM_STALE: _ClassVar[ReasonCode]
    REASON_CODE_NAV_CONFLICT: _ClassVar[ReasonCode]
    REASON_CODE_NODE_NOT_ARMED: _ClassVar[ReasonCode]
    REASON_CODE_BAT_LOW: _ClassVar[ReasonCode]

class ThrustGroup(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    THRUST_GROUP_UNSPECIFIED: _ClassVar[ThrustGroup]
    THRUST_GROUP_ZTT_FORWARD: _ClassVar[ThrustGroup]
    THRUST_GROUP_ZTT_AFT: _ClassVar[ThrustGroup]
    THRUST_GROUP_ZTT_PORT: _ClassVar[ThrustGroup]
    THRUST_GROUP_ZTT_STARBOARD: _ClassVar[ThrustGroup]
    THRUST_GROUP_ZTT_UP: _ClassVar[ThrustGroup]
    THRUST_GROUP_ZTT_DOWN: _ClassVar[ThrustGroup]
    THRUST_GROUP_FTG_FORWARD: _ClassVar[ThrustGroup]
    THRUST_GROUP_FTG_AFT: _ClassVar[ThrustGroup]
    THRUST_GROUP_FTG_PORT: _ClassVar[ThrustGroup]
    THRUST_GROUP_FTG_STARBOARD: _ClassVar[ThrustGroup]
    THRUST_GROUP_FTG_UP: _ClassVar[ThrustGroup]
    THRUST_GROUP_FTG_DOWN: _ClassVar[ThrustGroup]
FLIGHT_MODE_UNSPECIFIED: FlightMode
FLIGHT_MODE_IDLE: FlightMode
FLIGHT_MODE_MANOEUVRE: FlightMode
FLIGHT_MODE_BURN: FlightMode
FLIGHT_MODE_COAST: FlightMode
FLIGHT_MODE_BRAKE: FlightMode
FLIGHT_MODE_DOCK: FlightMode
FLIGHT_MODE_BRIDGE: FlightMode
FLIGHT_MODE_EMCON: FlightMode
FLIGHT_MODE_SAFE: FlightMode
ALLOCATION_MODE_UNSPECIFIED: AllocationMode
ALLOCATION_MODE_AUTO: AllocationMode
ALLOCATION_MODE_ADAPTIVE: AllocationMode
ALLOCATION_MODE_MANUAL_OVERRIDE: AllocationMode
BODY_AXIS_UNSPECIFIED: BodyAxis
BODY_AXIS_FORWARD: BodyAxis
BODY_AXIS_AFT: BodyAxis
BODY_AXIS_PORT: BodyAxis
BODY_AXIS_STARBOARD: BodyAxis
BODY_AXIS_UP: BodyAxis
BODY_AXIS_DOWN: BodyAxis
COMMAND_STATUS_UNSPECIFIED: CommandStatus
COMMAND_STATUS_ACCEPTED: CommandStatus
COMMAND_STATUS_REJECTED: CommandStatus
COMMAND_STATUS_EFFECT_CONFIRMED: CommandStatus
COMMAND_STATUS_EFFECT_TIMEOUT: CommandStatus
COMMAND_STATUS_ABORTED: CommandStatus
COMMAND_STATUS_INHIBITED: CommandStatus
REASON_CODE_UNSPECIFIED: ReasonCode
REASON_CODE_CMD_VALIDATION_FAILED: ReasonCode
REASON_CODE_NOT_ARMED: ReasonCode
REASON_CODE_SAFE_LOCKED: ReasonCode
REASON_CODE_NAV_STALE: ReasonCode
REASON_CODE_NODE_OFFLINE: ReasonCode
REASON_CODE_BRIDGE_ACTIVE_RESTRICTED_MOTION: ReasonCode
REASON_CODE_SUPERSEDED: ReasonCode
REASON_CODE_ALLOCATION_FAILED: ReasonCode
REASON_CODE_GUARD_TRIP: ReasonCode
REASON_CODE_EFFECT_TIMEOUT: ReasonCode
REASON_CODE_OPERATOR: ReasonCode
REASON_CODE_VALVE_FAULT: ReasonCode
REASON_CODE_MODE_NOT_REACHABLE: ReasonCode
REASON_CODE_OVERRUN: ReasonCode
REASON_CODE_CAP_LOW: ReasonCode
REASON_CODE_CONFIRM_REQUIRED: ReasonCode
REASON_CODE_THRUST_MAP_MISSING: ReasonCode
REASON_CODE_TORQUE_MAP_MISSING: ReasonCode
REASON_CODE_MANUAL_OVERRIDE_ACTIVE: ReasonCode
REASON_CODE_MANUAL_OVERRIDE_OFF: ReasonCode
REASON_CODE_MANUAL_NOT_FROM_MODE: ReasonCode
REASON_CODE_MANUAL_TIMEOUT: ReasonCode
REASON_CODE_NOZZLE_ISOLATED: ReasonCode
REASON_CODE_NOZZLE_RESTING: ReasonCode
REASON_CODE_NOZZLES_BUSY: ReasonCode
REASON_CODE_PULSE_TOO_SHORT: ReasonCode
REASON_CODE_PULSE_TOO_LONG: ReasonCode
REASON_CODE_TORQUE_LIMIT: ReasonCode
REASON_CODE_PDU_PEAK_DENIED: ReasonCode
REASON_CODE_RATE_LIMIT: ReasonCode
REASON_CODE_RCS_CLUSTER_HOT: ReasonCode
REASON_CODE_WORKING_MASS_LOW: ReasonCode
REASON_CODE_DELTA_V_MISSED: ReasonCode
REASON_CODE_POWER_TELEM_STALE: ReasonCode
REASON_CODE_NAV_CONFLICT: ReasonCode
REASON_CODE_NODE_NOT_ARMED: ReasonCode
REASON_CODE_BAT_LOW: ReasonCode
THRUST_GROUP_UNSPECIFIED: ThrustGroup
THRUST_GROUP_ZTT_FORWARD: ThrustGroup
THRUST_GROUP_ZTT_AFT: ThrustGroup
THRUST_GROUP_ZTT_PORT: ThrustGroup
THRUST_GROUP_ZTT_STARBOARD: ThrustGroup
THRUST_GROUP_ZTT_UP: ThrustGroup
THRUST_GROUP_ZTT_DOWN: ThrustGroup
THRUST_GROUP_FTG_FORWARD: ThrustGroup
THRUST_GROUP_FTG_AFT: ThrustGroup
THRUST_GROUP_FTG_PORT: ThrustGroup
THRUST_GROUP_FTG_STARBOARD: ThrustGroup
THRUST_GROUP_FTG_UP: ThrustGroup
THRUST_GROUP_FTG_DOWN: ThrustGroup

class Arm(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Disarm(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Safe(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Brake(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class HoldPose(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GoToPose(_message.Message):
    __slots__ = ("position_m_world", "attitude_xyzw")
    POSITION_M_WORLD_FIELD_NUMBER: _ClassVar[int]
    ATTITUDE_XYZW_FIELD_NUMBER: _ClassVar[int]
    position_m_world: Vector3
    attitude_xyzw: Quaternion
    def __init__(self, position_m_world: _Optional[_Union[Vector3, _Mapping]] = ..., attitude_xyzw: _Optional[_Union[Quaternion, _Mapping]] = ...) -> None: ...

class FireAxis(_message.Message):
    __slots__ = ("axis", "level_ratio", "duration_s")
    AXIS_FIELD_NUMBER: _ClassVar[int]
    LEVEL_RATIO_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    axis: BodyAxis
    level_ratio: float
    duration_s: float
    def __init__(self, axis: _Optional[_Union[BodyAxis, str]] = ..., level_ratio: _Optional[float] = ..., duration_s: _Optional[float] = ...) -> None: ...

class StopThrust(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ThrustSegment(_message.Message):
    __slots__ = ("duration_s", "level_ratio", "direction_body", "ramp_in_s", "ramp_out_s", "group")
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    LEVEL_RATIO_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_BODY_FIELD_NUMBER: _ClassVar[int]
    RAMP_IN_S_FIELD_NUMBER: _ClassVar[int]
    RAMP_OUT_S_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    duration_s: float
    level_ratio: float
    direction_body: Vector3
    ramp_in_s: float
    ramp_out_s: float
    group: ThrustGroup
    def __init__(self, duration_s: _Optional[float] = ..., level_ratio: _Optional[float] = ..., direction_body: _Optional[_Union[Vector3, _Mapping]] = ..., ramp_in_s: _Optional[float] = ..., ramp_out_s: _Optional[float] = ..., group: _Optional[_Union[ThrustGroup, str]] = ...) -> None: ...

class ThrustProfile(_message.Message):
    __slots__ = ("segments",)
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    segments: _containers.RepeatedCompositeFieldContainer[ThrustSegment]
    def __init__(self, segments: _Optional[_Iterable[_Union[ThrustSegment, _Mapping]]] = ...) -> None: ...

class SetMode(_message.Message):
    __slots__ = ("mode",)
    MODE_FIELD_NUMBER: _ClassVar[int]
    mode: FlightMode
    def __init__(self, mode: _Optional[_Union[FlightMode, str]] = ...) -> None: ...

class SetAllocationMode(_message.Message):
    __slots__ = ("mode", "confirmed")
    MODE_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    mode: AllocationMode
    confirmed: bool
    def __init__(self, mode: _Optional[_Union[AllocationMode, str]] = ..., confirmed: bool = ...) -> None: ...

class FireNozzles(_message.Message):
    __slots__ = ("nozzles", "level_ratio", "duration_s", "confirmed")
    NOZZLES_FIELD_NUMBER: _ClassVar[int]
    LEVEL_RATIO_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    nozzles: _containers.RepeatedScalarFieldContainer[int]
    level_ratio: float
    duration_s: float
    confirmed: bool
    def __init__(self, nozzles: _Optional[_Iterable[int]] = ..., level_ratio: _Optional[float] = ..., duration_s: _Optional[float] = ..., confirmed: bool = ...) -> None: ...

class Vector3(_message.Message):
    __slots__ = ("x", "y", "z")
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    Z_FIELD_NUMBER: _ClassVar[int]
    x: float
    y: float
    z: float
    def __init__(self, x: _Optional[float] = ..., y: _Optional[float] = ..., z: _Optional[float] = ...) -> None: ...

class Quaternion(_message.Message):
    __slots__ = ("x", "y", "z", "w")
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    Z_FIELD_NUMBER: _ClassVar[int]
    W_FIELD_NUMBER: _ClassVar[int]
    x: float
    y: float
    z: float
    w: float
    def __init__(self, x: _Optional[float] = ..., y: _Optional[float] = ..., z: _Optional[float] = ..., w: _Optional[float] = ...) -> None: ...

class Command(_message.Message):
    __slots__ = ("command_id", "source", "arm", "disarm", "safe", "brake", "hold_pose", "go_to_pose", "fire_axis", "stop_thrust", "thrust_profile", "set_mode", "set_allocation_mode", "fire_nozzles")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ARM_FIELD_NUMBER: _ClassVar[int]
    DISARM_FIELD_NUMBER: _ClassVar[int]
    SAFE_FIELD_NUMBER: _ClassVar[int]
    BRAKE_FIELD_NUMBER: _ClassVar[int]
    HOLD_POSE_FIELD_NUMBER: _ClassVar[int]
    GO_TO_POSE_FIELD_NUMBER: _ClassVar[int]
    FIRE_AXIS_FIELD_NUMBER: _ClassVar[int]
    STOP_THRUST_FIELD_NUMBER: _ClassVar[int]
    THRUST_PROFILE_FIELD_NUMBER: _ClassVar[int]
    SET_MODE_FIELD_NUMBER: _ClassVar[int]
    SET_ALLOCATION_MODE_FIELD_NUMBER: _ClassVar[int]
    FIRE_NOZZLES_FIELD_NUMBER: _ClassVar[int]
    command_id: int
    source: str
    arm: Arm
    disarm: Disarm
    safe: Safe
    brake: Brake
    hold_pose: HoldPose
    go_to_pose: GoToPose
    fire_axis: FireAxis
    stop_thrust: StopThrust
    thrust_profile: ThrustProfile
    set_mode: SetMode
    set_allocation_mode: SetAllocationMode
    fire_nozzles: FireNozzles
    def __init__(self, command_id: _Optional[int] = ..., source: _Optional[str] = ..., arm: _Optional[_Union[Arm, _Mapping]] = ..., disarm: _Optional[_Union[Disarm, _Mapping]] = ..., safe: _Optional[_Union[Safe, _Mapping]] = ..., brake: _Optional[_Union[Brake, _Mapping]] = ..., hold_pose: _Optional[_Union[HoldPose, _Mapping]] = ..., go_to_pose: _Optional[_Union[GoToPose, _Mapping]] = ..., fire_axis: _Optional[_Union[FireAxis, _Mapping]] = ..., stop_thrust: _Optional[_Union[StopThrust, _Mapping]] = ..., thrust_profile: _Optional[_Union[ThrustProfile, _Mapping]] = ..., set_mode: _Optional[_Union[SetMode, _Mapping]] = ..., set_allocation_mode: _Optional[_Union[SetAllocationMode, _Mapping]] = ..., fire_nozzles: _Optional[_Union[FireNozzles, _Mapping]] = ...) -> None: ...

class CommandReply(_message.Message):
    __slots__ = ("command_id", "status", "reason")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    command_id: int
    status: CommandStatus
    reason: ReasonCode
    def __init__(self, command_id: _Optional[int] = ..., status: _Optional[_Union[CommandStatus, str]] = ..., reason: _Optional[_Union[ReasonCode, str]] = ...) -> None: ...
