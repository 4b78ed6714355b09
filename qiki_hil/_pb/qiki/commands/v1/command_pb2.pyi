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
    __slots__ = ("duration_s", "level_ratio", "direction_body", "ramp_in_s", "ramp_out_s")
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    LEVEL_RATIO_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_BODY_FIELD_NUMBER: _ClassVar[int]
    RAMP_IN_S_FIELD_NUMBER: _ClassVar[int]
    RAMP_OUT_S_FIELD_NUMBER: _ClassVar[int]
    duration_s: float
    level_ratio: float
    direction_body: Vector3
    ramp_in_s: float
    ramp_out_s: float
    def __init__(self, duration_s: _Optional[float] = ..., level_ratio: _Optional[float] = ..., direction_body: _Optional[_Union[Vector3, _Mapping]] = ..., ramp_in_s: _Optional[float] = ..., ramp_out_s: _Optional[float] = ...) -> None: ...

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
    __slots__ = ("command_id", "source", "arm", "disarm", "safe", "brake", "hold_pose", "go_to_pose", "fire_axis", "stop_thrust", "thrust_profile", "set_mode")
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
    def __init__(self, command_id: _Optional[int] = ..., source: _Optional[str] = ..., arm: _Optional[_Union[Arm, _Mapping]] = ..., disarm: _Optional[_Union[Disarm, _Mapping]] = ..., safe: _Optional[_Union[Safe, _Mapping]] = ..., brake: _Optional[_Union[Brake, _Mapping]] = ..., hold_pose: _Optional[_Union[HoldPose, _Mapping]] = ..., go_to_pose: _Optional[_Union[GoToPose, _Mapping]] = ..., fire_axis: _Optional[_Union[FireAxis, _Mapping]] = ..., stop_thrust: _Optional[_Union[StopThrust, _Mapping]] = ..., thrust_profile: _Optional[_Union[ThrustProfile, _Mapping]] = ..., set_mode: _Optional[_Union[SetMode, _Mapping]] = ...) -> None: ...

class CommandReply(_message.Message):
    __slots__ = ("command_id", "status", "reason")
    COMMAND_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    command_id: int
    status: CommandStatus
    reason: ReasonCode
    def __init__(self, command_id: _Optional[int] = ..., status: _Optional[_Union[CommandStatus, str]] = ..., reason: _Optional[_Union[ReasonCode, str]] = ...) -> None: ...
