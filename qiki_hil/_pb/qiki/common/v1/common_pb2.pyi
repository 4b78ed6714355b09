from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class SensorType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SENSOR_TYPE_UNSPECIFIED: _ClassVar[SensorType]
    SENSOR_TYPE_LIDAR: _ClassVar[SensorType]
    SENSOR_TYPE_IMU: _ClassVar[SensorType]
    SENSOR_TYPE_CAMERA: _ClassVar[SensorType]
    SENSOR_TYPE_GPS: _ClassVar[SensorType]
    SENSOR_TYPE_THERMAL: _ClassVar[SensorType]
    SENSOR_TYPE_RADAR: _ClassVar[SensorType]

class ActuatorType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACTUATOR_TYPE_UNSPECIFIED: _ClassVar[ActuatorType]
    ACTUATOR_TYPE_WHEEL_MOTOR: _ClassVar[ActuatorType]
    ACTUATOR_TYPE_SERVO: _ClassVar[ActuatorType]
    ACTUATOR_TYPE_GRIPPER: _ClassVar[ActuatorType]
    ACTUATOR_TYPE_ARM: _ClassVar[ActuatorType]
    ACTUATOR_TYPE_THRUSTER: _ClassVar[ActuatorType]

class Unit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    UNIT_UNSPECIFIED: _ClassVar[Unit]
    UNIT_METERS: _ClassVar[Unit]
    UNIT_DEGREES: _ClassVar[Unit]
    UNIT_PERCENT: _ClassVar[Unit]
    UNIT_VOLTS: _ClassVar[Unit]
    UNIT_AMPS: _ClassVar[Unit]
    UNIT_WATTS: _ClassVar[Unit]
    UNIT_MILLISECONDS: _ClassVar[Unit]
    UNIT_KELVIN: _ClassVar[Unit]
    UNIT_BAR: _ClassVar[Unit]
    UNIT_NEWTONS: _ClassVar[Unit]
    UNIT_NEWTON_METERS: _ClassVar[Unit]
    UNIT_RADIANS_PER_SECOND: _ClassVar[Unit]
    UNIT_METERS_PER_SECOND: _ClassVar[Unit]
    UNIT_METERS_PER_SECOND_SQUARED: _ClassVar[Unit]
    UNIT_RATIO: _ClassVar[Unit]
SENSOR_TYPE_UNSPECIFIED: SensorType
SENSOR_TYPE_LIDAR: SensorType
SENSOR_TYPE_IMU: SensorType
SENSOR_TYPE_CAMERA: SensorType
SENSOR_TYPE_GPS: SensorType
SENSOR_TYPE_THERMAL: SensorType
SENSOR_TYPE_RADAR: SensorType
ACTUATOR_TYPE_UNSPECIFIED: ActuatorType
ACTUATOR_TYPE_WHEEL_MOTOR: ActuatorType
ACTUATOR_TYPE_SERVO: ActuatorType
ACTUATOR_TYPE_GRIPPER: ActuatorType
ACTUATOR_TYPE_ARM: ActuatorType
ACTUATOR_TYPE_THRUSTER: ActuatorType
UNIT_UNSPECIFIED: Unit
UNIT_METERS: Unit
UNIT_DEGREES: Unit
UNIT_PERCENT: Unit
UNIT_VOLTS: Unit
UNIT_AMPS: Unit
UNIT_WATTS: Unit
UNIT_MILLISECONDS: Unit
UNIT_KELVIN: Unit
UNIT_BAR: Unit
UNIT_NEWTONS: Unit
UNIT_NEWTON_METERS: Unit
UNIT_RADIANS_PER_SECOND: Unit
UNIT_METERS_PER_SECOND: Unit
UNIT_METERS_PER_SECOND_SQUARED: Unit
UNIT_RATIO: Unit

class UUID(_message.Message):
    __slots__ = ("value",)
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: str
    def __init__(self, value: _Optional[str] = ...) -> None: ...

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
