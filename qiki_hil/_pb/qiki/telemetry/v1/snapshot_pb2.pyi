from qiki_hil._pb.qiki.commands.v1 import command_pb2 as _command_pb2
from qiki_hil._pb.qiki.common.v1 import common_pb2 as _common_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2 as _cycle_pb2
from qiki_hil._pb.qiki.telemetry.v1 import power_pb2 as _power_pb2
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
    __slots__ = ("index", "cluster", "age_s", "duty_ratio", "valve_open", "thrust_n", "isolated", "fault", "resting", "nozzle_fault", "returning")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    CLUSTER_FIELD_NUMBER: _ClassVar[int]
    AGE_S_FIELD_NUMBER: _ClassVar[int]
    DUTY_RATIO_FIELD_NUMBER: _ClassVar[int]
    VALVE_OPEN_FIELD_NUMBER: _ClassVar[int]
    THRUST_N_FIELD_NUMBER: _ClassVar[int]
    ISOLATED_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    RESTING_FIELD_NUMBER: _ClassVar[int]
    NOZZLE_FAULT_FIELD_NUMBER: _ClassVar[int]
    RETURNING_FIELD_NUMBER: _ClassVar[int]
    index: int
    cluster: int
    age_s: float
    duty_ratio: float
    valve_open: bool
    thrust_n: float
    isolated: bool
    fault: bool
    resting: bool
    nozzle_fault: _cycle_pb2.NozzleFault
    returning: bool
    def __init__(self, index: _Optional[int] = ..., cluster: _Optional[int] = ..., age_s: _Optional[float] = ..., duty_ratio: _Optional[float] = ..., valve_open: bool = ..., thrust_n: _Optional[float] = ..., isolated: bool = ..., fault: bool = ..., resting: bool = ..., nozzle_fault: _Optional[_Union[_cycle_pb2.NozzleFault, str]] = ..., returning: bool = ...) -> None: ...

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

class SourcePowers(_message.Message):
    __slots__ = ("base_w", "dock_w", "supercap_discharge_w")
    BASE_W_FIELD_NUMBER: _ClassVar[int]
    DOCK_W_FIELD_NUMBER: _ClassVar[int]
    SUPERCAP_DISCHARGE_W_FIELD_NUMBER: _ClassVar[int]
    base_w: float
    dock_w: float
    supercap_discharge_w: float
    def __init__(self, base_w: _Optional[float] = ..., dock_w: _Optional[float] = ..., supercap_discharge_w: _Optional[float] = ...) -> None: ...

class LoadReduction(_message.Message):
    __slots__ = ("load", "shed", "reasons")
    LOAD_FIELD_NUMBER: _ClassVar[int]
    SHED_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    load: str
    shed: bool
    reasons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, load: _Optional[str] = ..., shed: bool = ..., reasons: _Optional[_Iterable[str]] = ...) -> None: ...

class DockTelemetry(_message.Message):
    __slots__ = ("connected", "bridge_closed", "soft_start_ratio", "power_w", "offer_w", "voltage_v", "current_a", "temp_c")
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    BRIDGE_CLOSED_FIELD_NUMBER: _ClassVar[int]
    SOFT_START_RATIO_FIELD_NUMBER: _ClassVar[int]
    POWER_W_FIELD_NUMBER: _ClassVar[int]
    OFFER_W_FIELD_NUMBER: _ClassVar[int]
    VOLTAGE_V_FIELD_NUMBER: _ClassVar[int]
    CURRENT_A_FIELD_NUMBER: _ClassVar[int]
    TEMP_C_FIELD_NUMBER: _ClassVar[int]
    connected: bool
    bridge_closed: bool
    soft_start_ratio: float
    power_w: float
    offer_w: float
    voltage_v: float
    current_a: float
    temp_c: float
    def __init__(self, connected: bool = ..., bridge_closed: bool = ..., soft_start_ratio: _Optional[float] = ..., power_w: _Optional[float] = ..., offer_w: _Optional[float] = ..., voltage_v: _Optional[float] = ..., current_a: _Optional[float] = ..., temp_c: _Optional[float] = ...) -> None: ...

class NblTelemetry(_message.Message):
    __slots__ = ("active", "allowed", "power_w", "budget_w")
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    POWER_W_FIELD_NUMBER: _ClassVar[int]
    BUDGET_W_FIELD_NUMBER: _ClassVar[int]
    active: bool
    allowed: bool
    power_w: float
    budget_w: float
    def __init__(self, active: bool = ..., allowed: bool = ..., power_w: _Optional[float] = ..., budget_w: _Optional[float] = ...) -> None: ...

class PowerPlaneTelemetry(_message.Message):
    __slots__ = ("age_s", "source", "sources", "loads", "requested", "power_in_w", "power_out_w", "battery_charge_w", "battery_discharge_w", "supercap_charge_w", "supercap_discharge_w", "spill_w", "unserved_w", "bus_a", "pdu_limit_w", "low_soc", "load_shedding", "shed_loads", "shed_reasons", "pdu_throttled", "throttled_loads", "reductions", "faults", "dock", "nbl", "rcs_allowance", "rcs_budget_w", "rcs_budget_limits")
    AGE_S_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    LOADS_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_FIELD_NUMBER: _ClassVar[int]
    POWER_IN_W_FIELD_NUMBER: _ClassVar[int]
    POWER_OUT_W_FIELD_NUMBER: _ClassVar[int]
    BATTERY_CHARGE_W_FIELD_NUMBER: _ClassVar[int]
    BATTERY_DISCHARGE_W_FIELD_NUMBER: _ClassVar[int]
    SUPERCAP_CHARGE_W_FIELD_NUMBER: _ClassVar[int]
    SUPERCAP_DISCHARGE_W_FIELD_NUMBER: _ClassVar[int]
    SPILL_W_FIELD_NUMBER: _ClassVar[int]
    UNSERVED_W_FIELD_NUMBER: _ClassVar[int]
    BUS_A_FIELD_NUMBER: _ClassVar[int]
    PDU_LIMIT_W_FIELD_NUMBER: _ClassVar[int]
    LOW_SOC_FIELD_NUMBER: _ClassVar[int]
    LOAD_SHEDDING_FIELD_NUMBER: _ClassVar[int]
    SHED_LOADS_FIELD_NUMBER: _ClassVar[int]
    SHED_REASONS_FIELD_NUMBER: _ClassVar[int]
    PDU_THROTTLED_FIELD_NUMBER: _ClassVar[int]
    THROTTLED_LOADS_FIELD_NUMBER: _ClassVar[int]
    REDUCTIONS_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    DOCK_FIELD_NUMBER: _ClassVar[int]
    NBL_FIELD_NUMBER: _ClassVar[int]
    RCS_ALLOWANCE_FIELD_NUMBER: _ClassVar[int]
    RCS_BUDGET_W_FIELD_NUMBER: _ClassVar[int]
    RCS_BUDGET_LIMITS_FIELD_NUMBER: _ClassVar[int]
    age_s: float
    source: DataSource
    sources: SourcePowers
    loads: _power_pb2.LoadPowers
    requested: _power_pb2.LoadPowers
    power_in_w: float
    power_out_w: float
    battery_charge_w: float
    battery_discharge_w: float
    supercap_charge_w: float
    supercap_discharge_w: float
    spill_w: float
    unserved_w: float
    bus_a: float
    pdu_limit_w: float
    low_soc: bool
    load_shedding: bool
    shed_loads: _containers.RepeatedScalarFieldContainer[str]
    shed_reasons: _containers.RepeatedScalarFieldContainer[str]
    pdu_throttled: bool
    throttled_loads: _containers.RepeatedScalarFieldContainer[str]
    reductions: _containers.RepeatedCompositeFieldContainer[LoadReduction]
    faults: _containers.RepeatedScalarFieldContainer[str]
    dock: DockTelemetry
    nbl: NblTelemetry
    rcs_allowance: str
    rcs_budget_w: float
    rcs_budget_limits: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, age_s: _Optional[float] = ..., source: _Optional[_Union[DataSource, str]] = ..., sources: _Optional[_Union[SourcePowers, _Mapping]] = ..., loads: _Optional[_Union[_power_pb2.LoadPowers, _Mapping]] = ..., requested: _Optional[_Union[_power_pb2.LoadPowers, _Mapping]] = ..., power_in_w: _Optional[float] = ..., power_out_w: _Optional[float] = ..., battery_charge_w: _Optional[float] = ..., battery_discharge_w: _Optional[float] = ..., supercap_charge_w: _Optional[float] = ..., supercap_discharge_w: _Optional[float] = ..., spill_w: _Optional[float] = ..., unserved_w: _Optional[float] = ..., bus_a: _Optional[float] = ..., pdu_limit_w: _Optional[float] = ..., low_soc: bool = ..., load_shedding: bool = ..., shed_loads: _Optional[_Iterable[str]] = ..., shed_reasons: _Optional[_Iterable[str]] = ..., pdu_throttled: bool = ..., throttled_loads: _Optional[_Iterable[str]] = ..., reductions: _Optional[_Iterable[_Union[LoadReduction, _Mapping]]] = ..., faults: _Optional[_Iterable[str]] = ..., dock: _Optional[_Union[DockTelemetry, _Mapping]] = ..., nbl: _Optional[_Union[NblTelemetry, _Mapping]] = ..., rcs_allowance: _Optional[str] = ..., rcs_budget_w: _Optional[float] = ..., rcs_budget_limits: _Optional[_Iterable[str]] = ...) -> None: ...

class ThermalNodeTelemetry(_message.Message):
    __slots__ = ("id", "temp_c", "warned", "tripped", "warn_c", "trip_c", "hysteresis_k")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEMP_C_FIELD_NUMBER: _ClassVar[int]
    WARNED_FIELD_NUMBER: _ClassVar[int]
    TRIPPED_FIELD_NUMBER: _ClassVar[int]
    WARN_C_FIELD_NUMBER: _ClassVar[int]
    TRIP_C_FIELD_NUMBER: _ClassVar[int]
    HYSTERESIS_K_FIELD_NUMBER: _ClassVar[int]
    id: str
    temp_c: float
    warned: bool
    tripped: bool
    warn_c: float
    trip_c: float
    hysteresis_k: float
    def __init__(self, id: _Optional[str] = ..., temp_c: _Optional[float] = ..., warned: bool = ..., tripped: bool = ..., warn_c: _Optional[float] = ..., trip_c: _Optional[float] = ..., hysteresis_k: _Optional[float] = ...) -> None: ...

class ThermalNodesTelemetry(_message.Message):
    __slots__ = ("age_s", "source", "nodes")
    AGE_S_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    age_s: float
    source: DataSource
    nodes: _containers.RepeatedCompositeFieldContainer[ThermalNodeTelemetry]
    def __init__(self, age_s: _Optional[float] = ..., source: _Optional[_Union[DataSource, str]] = ..., nodes: _Optional[_Iterable[_Union[ThermalNodeTelemetry, _Mapping]]] = ...) -> None: ...

class ClusterLimits(_message.Message):
    __slots__ = ("cluster", "limits")
    CLUSTER_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    cluster: int
    limits: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, cluster: _Optional[int] = ..., limits: _Optional[_Iterable[str]] = ...) -> None: ...

class RcsTelemetry(_message.Message):
    __slots__ = ("power_max_w", "power_w", "power_limits", "clusters", "working_mass_low")
    POWER_MAX_W_FIELD_NUMBER: _ClassVar[int]
    POWER_W_FIELD_NUMBER: _ClassVar[int]
    POWER_LIMITS_FIELD_NUMBER: _ClassVar[int]
    CLUSTERS_FIELD_NUMBER: _ClassVar[int]
    WORKING_MASS_LOW_FIELD_NUMBER: _ClassVar[int]
    power_max_w: float
    power_w: float
    power_limits: _containers.RepeatedScalarFieldContainer[str]
    clusters: _containers.RepeatedCompositeFieldContainer[ClusterLimits]
    working_mass_low: bool
    def __init__(self, power_max_w: _Optional[float] = ..., power_w: _Optional[float] = ..., power_limits: _Optional[_Iterable[str]] = ..., clusters: _Optional[_Iterable[_Union[ClusterLimits, _Mapping]]] = ..., working_mass_low: bool = ...) -> None: ...

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
    __slots__ = ("schema_version", "run_id", "source", "hardware_profile_hash", "tick", "time_ns", "unix_ns", "monotonic_ns", "record_age_s", "mode", "armed", "inhibit_reason", "motion", "wrench_demanded", "wrench_allocated", "thrusters", "power", "thermal", "propellant", "loop", "allocation_requested", "allocation_mode", "allocation_reason", "power_plane", "thermal_nodes", "rcs")
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
    INHIBIT_REASON_FIELD_NUMBER: _ClassVar[int]
    MOTION_FIELD_NUMBER: _ClassVar[int]
    WRENCH_DEMANDED_FIELD_NUMBER: _ClassVar[int]
    WRENCH_ALLOCATED_FIELD_NUMBER: _ClassVar[int]
    THRUSTERS_FIELD_NUMBER: _ClassVar[int]
    POWER_FIELD_NUMBER: _ClassVar[int]
    THERMAL_FIELD_NUMBER: _ClassVar[int]
    PROPELLANT_FIELD_NUMBER: _ClassVar[int]
    LOOP_FIELD_NUMBER: _ClassVar[int]
    ALLOCATION_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    ALLOCATION_MODE_FIELD_NUMBER: _ClassVar[int]
    ALLOCATION_REASON_FIELD_NUMBER: _ClassVar[int]
    POWER_PLANE_FIELD_NUMBER: _ClassVar[int]
    THERMAL_NODES_FIELD_NUMBER: _ClassVar[int]
    RCS_FIELD_NUMBER: _ClassVar[int]
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
    inhibit_reason: _command_pb2.ReasonCode
    motion: MotionTelemetry
    wrench_demanded: WrenchTelemetry
    wrench_allocated: WrenchTelemetry
    thrusters: _containers.RepeatedCompositeFieldContainer[ThrusterTelemetry]
    power: PowerTelemetry
    thermal: ThermalTelemetry
    propellant: PropellantTelemetry
    loop: LoopTelemetry
    allocation_requested: _command_pb2.AllocationMode
    allocation_mode: _command_pb2.AllocationMode
    allocation_reason: _command_pb2.ReasonCode
    power_plane: PowerPlaneTelemetry
    thermal_nodes: ThermalNodesTelemetry
    rcs: RcsTelemetry
    def __init__(self, schema_version: _Optional[int] = ..., run_id: _Optional[str] = ..., source: _Optional[str] = ..., hardware_profile_hash: _Optional[str] = ..., tick: _Optional[int] = ..., time_ns: _Optional[int] = ..., unix_ns: _Optional[int] = ..., monotonic_ns: _Optional[int] = ..., record_age_s: _Optional[float] = ..., mode: _Optional[_Union[_command_pb2.FlightMode, str]] = ..., armed: bool = ..., inhibit_reason: _Optional[_Union[_command_pb2.ReasonCode, str]] = ..., motion: _Optional[_Union[MotionTelemetry, _Mapping]] = ..., wrench_demanded: _Optional[_Union[WrenchTelemetry, _Mapping]] = ..., wrench_allocated: _Optional[_Union[WrenchTelemetry, _Mapping]] = ..., thrusters: _Optional[_Iterable[_Union[ThrusterTelemetry, _Mapping]]] = ..., power: _Optional[_Union[PowerTelemetry, _Mapping]] = ..., thermal: _Optional[_Union[ThermalTelemetry, _Mapping]] = ..., propellant: _Optional[_Union[PropellantTelemetry, _Mapping]] = ..., loop: _Optional[_Union[LoopTelemetry, _Mapping]] = ..., allocation_requested: _Optional[_Union[_command_pb2.AllocationMode, str]] = ..., allocation_mode: _Optional[_Union[_command_pb2.AllocationMode, str]] = ..., allocation_reason: _Optional[_Union[_command_pb2.ReasonCode, str]] = ..., power_plane: _Optional[_Union[PowerPlaneTelemetry, _Mapping]] = ..., thermal_nodes: _Optional[_Union[ThermalNodesTelemetry, _Mapping]] = ..., rcs: _Optional[_Union[RcsTelemetry, _Mapping]] = ...) -> None: ...
