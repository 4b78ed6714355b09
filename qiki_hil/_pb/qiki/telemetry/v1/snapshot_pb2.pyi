from qiki_hil._pb.qiki.commands.v1 import command_pb2 as _command_pb2
from qiki_hil._pb.qiki.common.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DataSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DATA_SOURCE_UNSPECIFIED: _ClassVar[DataSource]
    DATA_SOURCE_SENSOR: _ClassVar[DataSource]
    DATA_SOURCE_ESTIMATOR: _ClassVar[DataSource]
    DATA_SOURCE_DERIVED: _ClassVar[DataSource]
DATA_SOURCE_UNSPECIFIED: DataSource
DATA_SOURCE_SENSOR: DataSource
DATA_SOURCE_ESTIMATOR: DataSource
DATA_SOURCE_DERIVED: DataSource

class MotionTelemetry(_message.Message):
    __slots__ = ("age_s", "source", "position_m_world", "velocity_mps_world", "speed_mps", "attitude_xyzw", "rates_rps_body")
    AGE_S_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    POSITION_M_WORLD_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_MPS_WORLD_FIELD_NUMBER: _ClassVar[int]
    SPEED_MPS_FIELD_NUMBER: _ClassVar[int]
    ATTITUDE_XYZW_FIELD_NUMBER: _ClassVar[int]
    RATES_RPS_BODY_FIELD_NUMBER: _ClassVar[int]
    age_s: float
    source: DataSource
    position_m_world: _common_pb2.Vector3
    velocity_mps_world: _common_pb2.Vector3
    speed_mps: float
    attitude_xyzw: _common_pb2.Quaternion
    rates_rps_body: _common_pb2.Vector3
    def __init__(self, age_s: _Optional[float] = ..., source: _Optional[_Union[DataSource, str]] = ..., position_m_world: _Optional[_Union[_common_pb2.Vector3, _Mapping]] = ..., velocity_mps_world: _Optional[_Union[_common_pb2.Vector3, _Mapping]] = ..., speed_mps: _Optional[float] = ..., attitude_xyzw: _Optional[_Union[_common_pb2.Quaternion, _Mapping]] = ..., rates_rps_body: _Optional[_Union[_common_pb2.Vector3, _Mapping]] = ...) -> None: ...

class WrenchTelemetry(_message.Message):
    __slots__ = ("force_n_body", "torque_nm_body")
    FORCE_N_BODY_FIELD_NUMBER: _ClassVar[int]
    TORQUE_NM_BODY_FIELD_NUMBER: _ClassVar[int]
    force_n_body: _common_pb2.Vector3
    torque_nm_body: _common_pb2.Vector3
    def __init__(self, force_n_body: _Optional[_Union[_common_pb2.Vector3, _Mapping]] = ..., torque_nm_body: _Optional[_Union[_common_pb2.Vector3, _Mapping]] = ...) -> None: ...

class ThrusterTelemetry(_message.Message):
    __slots__ = ("index", "cluster", "age_s", "duty_ratio", "valve_open", "thrust_n", "isolated", "fault")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    CLUSTER_FIELD_NUMBER: _ClassVar[int]
    AGE_S_FIELD_NUMBER: _ClassVar[int]
    DUTY_RATIO_FIELD_NUMBER: _ClassVar[int]
    VALVE_OPEN_FIELD_NUMBER: _ClassVar[int]
    THRUST_N_FIELD_NUMBER: _ClassVar[int]
    ISOLATED_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    index: int
    cluster: int
    age_s: float
    duty_ratio: float
    valve_open: bool
    thrust_n: float
    isolated: bool
    fault: bool
    def __init__(self, index: _Optional[int] = ..., cluster: _Optional[int] = ..., age_s: _Optional[float] = ..., duty_ratio: _Optional[float] = ..., valve_open: bool = ..., thrust_n: _Optional[float] = ..., isolated: bool = ..., fault: bool = ...) -> None: ...

class PowerTelemetry(_message.Message):
    __slots__ = ("age_s", "source", "battery_soc_ratio", "supercap_soc_ratio", "bus_v", "load_w")
    AGE_S_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    BATTERY_SOC_RATIO_FIELD_NUMBER: _ClassVar[int]
    SUPERCAP_SOC_RATIO_FIELD_NUMBER: _ClassVar[int]
    BUS_V_FIELD_NUMBER: _ClassVar[int]
    LOAD_W_FIELD_NUMBER: _ClassVar[int]
    age_s: float
    source: DataSource
    battery_soc_ratio: float
    supercap_soc_ratio: float
    bus_v: float
    load_w: float
    def __init__(self, age_s: _Optional[float] = ..., source: _Optional[_Union[DataSource, str]] = ..., battery_soc_ratio: _Optional[float] = ..., supercap_soc_ratio: _Optional[float] = ..., bus_v: _Optional[float] = ..., load_w: _Optional[float] = ...) -> None: ...

class ThermalTelemetry(_message.Message):
    __slots__ = ("age_s", "source", "cluster_temp_c")
    AGE_S_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CLUSTER_TEMP_C_FIELD_NUMBER: _ClassVar[int]
    age_s: float
    source: DataSource
    cluster_temp_c: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, age_s: _Optional[float] = ..., source: _Optional[_Union[DataSource, str]] = ..., cluster_temp_c: _Optional[_Iterable[float]] = ...) -> None: ...

class PropellantTelemetry(_message.Message):
    __slots__ = ("age_s", "source", "propellant_kg")
    AGE_S_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    PROPELLANT_KG_FIELD_NUMBER: _ClassVar[int]
    age_s: float
    source: DataSource
    propellant_kg: float
    def __init__(self, age_s: _Optional[float] = ..., source: _Optional[_Union[DataSource, str]] = ..., propellant_kg: _Optional[float] = ...) -> None: ...

class DurationPercentiles(_message.Message):
    __slots__ = ("p50_ns", "p99_ns", "p999_ns", "max_ns", "cycles")
    P50_NS_FIELD_NUMBER: _ClassVar[int]
    P99_NS_FIELD_NUMBER: _ClassVar[int]
    P999_NS_FIELD_NUMBER: _ClassVar[int]
    MAX_NS_FIELD_NUMBER: _ClassVar[int]
    CYCLES_FIELD_NUMBER: _ClassVar[int]
    p50_ns: int
    p99_ns: int
    p999_ns: int
    max_ns: int
    cycles: int
    def __init__(self, p50_ns: _Optional[int] = ..., p99_ns: _Optional[int] = ..., p999_ns: _Optional[int] = ..., max_ns: _Optional[int] = ..., cycles: _Optional[int] = ...) -> None: ...

class LoopTelemetry(_message.Message):
    __slots__ = ("period_ns", "wakeup", "step", "overruns", "records_dropped")
    PERIOD_NS_FIELD_NUMBER: _ClassVar[int]
    WAKEUP_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    OVERRUNS_FIELD_NUMBER: _ClassVar[int]
    RECORDS_DROPPED_FIELD_NUMBER: _ClassVar[int]
    period_ns: int
    wakeup: DurationPercentiles
    step: DurationPercentiles
    overruns: int
    records_dropped: int
    def __init__(self, period_ns: _Optional[int] = ..., wakeup: _Optional[_Union[DurationPercentiles, _Mapping]] = ..., step: _Optional[_Union[DurationPercentiles, _Mapping]] = ..., overruns: _Optional[int] = ..., records_dropped: _Optional[int] = ...) -> None: ...

class TelemetrySnapshot(_message.Message):
    __slots__ = ("schema_version", "run_id", "source", "hardware_profile_hash", "tick", "time_ns", "unix_ns", "monotonic_ns", "record_age_s", "mode", "armed", "hold_reason", "motion", "wrench_asked", "wrench_given", "thrusters", "power", "thermal", "propellant", "loop")
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    HARDWARE_PROFILE_HASH_FIELD_NUMBER: _ClassVar[int]
    TICK_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    UNIX_NS_FIELD_NUMBER: _ClassVar[int]
    MONOTONIC_NS_FIELD_NUMBER: _ClassVar[int]
    RECORD_AGE_S_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    ARMED_FIELD_NUMBER: _ClassVar[int]
    HOLD_REASON_FIELD_NUMBER: _ClassVar[int]
    MOTION_FIELD_NUMBER: _ClassVar[int]
    WRENCH_ASKED_FIELD_NUMBER: _ClassVar[int]
    WRENCH_GIVEN_FIELD_NUMBER: _ClassVar[int]
    THRUSTERS_FIELD_NUMBER: _ClassVar[int]
    POWER_FIELD_NUMBER: _ClassVar[int]
    THERMAL_FIELD_NUMBER: _ClassVar[int]
    PROPELLANT_FIELD_NUMBER: _ClassVar[int]
    LOOP_FIELD_NUMBER: _ClassVar[int]
    schema_version: int
    run_id: str
    source: str
    hardware_profile_hash: str
    tick: int
    time_ns: int
    unix_ns: int
    monotonic_ns: int
    record_age_s: float
    mode: _command_pb2.FlightMode
    armed: bool
    hold_reason: _command_pb2.ReasonCode
    motion: MotionTelemetry
    wrench_asked: WrenchTelemetry
    wrench_given: WrenchTelemetry
    thrusters: _containers.RepeatedCompositeFieldContainer[ThrusterTelemetry]
    power: PowerTelemetry
    thermal: ThermalTelemetry
    propellant: PropellantTelemetry
    loop: LoopTelemetry
    def __init__(self, schema_version: _Optional[int] = ..., run_id: _Optional[str] = ..., source: _Optional[str] = ..., hardware_profile_hash: _Optional[str] = ..., tick: _Optional[int] = ..., time_ns: _Optional[int] = ..., unix_ns: _Optional[int] = ..., monotonic_ns: _Optional[int] = ..., record_age_s: _Optional[float] = ..., mode: _Optional[_Union[_command_pb2.FlightMode, str]] = ..., armed: bool = ..., hold_reason: _Optional[_Union[_command_pb2.ReasonCode, str]] = ..., motion: _Optional[_Union[MotionTelemetry, _Mapping]] = ..., wrench_asked: _Optional[_Union[WrenchTelemetry, _Mapping]] = ..., wrench_given: _Optional[_Union[WrenchTelemetry, _Mapping]] = ..., thrusters: _Optional[_Iterable[_Union[ThrusterTelemetry, _Mapping]]] = ..., power: _Optional[_Union[PowerTelemetry, _Mapping]] = ..., thermal: _Optional[_Union[ThermalTelemetry, _Mapping]] = ..., propellant: _Optional[_Union[PropellantTelemetry, _Mapping]] = ..., loop: _Optional[_Union[LoopTelemetry, _Mapping]] = ...) -> None: ...
