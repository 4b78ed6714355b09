from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LoadPowers(_message.Message):
    __slots__ = ("base_w", "motion_w", "mcqpu_w", "radar_w", "transponder_w", "nbl_w", "rcs_w", "supercap_charge_w")
    BASE_W_FIELD_NUMBER: _ClassVar[int]
    MOTION_W_FIELD_NUMBER: _ClassVar[int]
    MCQPU_W_FIELD_NUMBER: _ClassVar[int]
    RADAR_W_FIELD_NUMBER: _ClassVar[int]
    TRANSPONDER_W_FIELD_NUMBER: _ClassVar[int]
    NBL_W_FIELD_NUMBER: _ClassVar[int]
    RCS_W_FIELD_NUMBER: _ClassVar[int]
    SUPERCAP_CHARGE_W_FIELD_NUMBER: _ClassVar[int]
    base_w: float
    motion_w: float
    mcqpu_w: float
    radar_w: float
    transponder_w: float
    nbl_w: float
    rcs_w: float
    supercap_charge_w: float
    def __init__(self, base_w: _Optional[float] = ..., motion_w: _Optional[float] = ..., mcqpu_w: _Optional[float] = ..., radar_w: _Optional[float] = ..., transponder_w: _Optional[float] = ..., nbl_w: _Optional[float] = ..., rcs_w: _Optional[float] = ..., supercap_charge_w: _Optional[float] = ...) -> None: ...

class PowerDetail(_message.Message):
    __slots__ = ("requested", "supplied", "base_in_w", "dock_in_w", "battery_w", "supercap_w", "unserved_w", "spill_w", "bus_a", "pdu_limit_w", "shed", "throttled", "low_soc_loads", "thermal_overheat_loads", "nbl_budget_loads", "pdu_overcurrent_loads", "faults", "low_soc", "dock_connected", "dock_closed", "dock_soft_start_ratio", "dock_offer_w", "dock_v", "dock_a", "nbl_active", "nbl_allowed", "nbl_budget_w", "rcs_allowance", "rcs_budget_w", "rcs_budget_limits")
    REQUESTED_FIELD_NUMBER: _ClassVar[int]
    SUPPLIED_FIELD_NUMBER: _ClassVar[int]
    BASE_IN_W_FIELD_NUMBER: _ClassVar[int]
    DOCK_IN_W_FIELD_NUMBER: _ClassVar[int]
    BATTERY_W_FIELD_NUMBER: _ClassVar[int]
    SUPERCAP_W_FIELD_NUMBER: _ClassVar[int]
    UNSERVED_W_FIELD_NUMBER: _ClassVar[int]
    SPILL_W_FIELD_NUMBER: _ClassVar[int]
    BUS_A_FIELD_NUMBER: _ClassVar[int]
    PDU_LIMIT_W_FIELD_NUMBER: _ClassVar[int]
    SHED_FIELD_NUMBER: _ClassVar[int]
    THROTTLED_FIELD_NUMBER: _ClassVar[int]
    LOW_SOC_LOADS_FIELD_NUMBER: _ClassVar[int]
    THERMAL_OVERHEAT_LOADS_FIELD_NUMBER: _ClassVar[int]
    NBL_BUDGET_LOADS_FIELD_NUMBER: _ClassVar[int]
    PDU_OVERCURRENT_LOADS_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    LOW_SOC_FIELD_NUMBER: _ClassVar[int]
    DOCK_CONNECTED_FIELD_NUMBER: _ClassVar[int]
    DOCK_CLOSED_FIELD_NUMBER: _ClassVar[int]
    DOCK_SOFT_START_RATIO_FIELD_NUMBER: _ClassVar[int]
    DOCK_OFFER_W_FIELD_NUMBER: _ClassVar[int]
    DOCK_V_FIELD_NUMBER: _ClassVar[int]
    DOCK_A_FIELD_NUMBER: _ClassVar[int]
    NBL_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    NBL_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    NBL_BUDGET_W_FIELD_NUMBER: _ClassVar[int]
    RCS_ALLOWANCE_FIELD_NUMBER: _ClassVar[int]
    RCS_BUDGET_W_FIELD_NUMBER: _ClassVar[int]
    RCS_BUDGET_LIMITS_FIELD_NUMBER: _ClassVar[int]
    requested: LoadPowers
    supplied: LoadPowers
    base_in_w: float
    dock_in_w: float
    battery_w: float
    supercap_w: float
    unserved_w: float
    spill_w: float
    bus_a: float
    pdu_limit_w: float
    shed: int
    throttled: int
    low_soc_loads: int
    thermal_overheat_loads: int
    nbl_budget_loads: int
    pdu_overcurrent_loads: int
    faults: int
    low_soc: bool
    dock_connected: bool
    dock_closed: bool
    dock_soft_start_ratio: float
    dock_offer_w: float
    dock_v: float
    dock_a: float
    nbl_active: bool
    nbl_allowed: bool
    nbl_budget_w: float
    rcs_allowance: int
    rcs_budget_w: float
    rcs_budget_limits: int
    def __init__(self, requested: _Optional[_Union[LoadPowers, _Mapping]] = ..., supplied: _Optional[_Union[LoadPowers, _Mapping]] = ..., base_in_w: _Optional[float] = ..., dock_in_w: _Optional[float] = ..., battery_w: _Optional[float] = ..., supercap_w: _Optional[float] = ..., unserved_w: _Optional[float] = ..., spill_w: _Optional[float] = ..., bus_a: _Optional[float] = ..., pdu_limit_w: _Optional[float] = ..., shed: _Optional[int] = ..., throttled: _Optional[int] = ..., low_soc_loads: _Optional[int] = ..., thermal_overheat_loads: _Optional[int] = ..., nbl_budget_loads: _Optional[int] = ..., pdu_overcurrent_loads: _Optional[int] = ..., faults: _Optional[int] = ..., low_soc: bool = ..., dock_connected: bool = ..., dock_closed: bool = ..., dock_soft_start_ratio: _Optional[float] = ..., dock_offer_w: _Optional[float] = ..., dock_v: _Optional[float] = ..., dock_a: _Optional[float] = ..., nbl_active: bool = ..., nbl_allowed: bool = ..., nbl_budget_w: _Optional[float] = ..., rcs_allowance: _Optional[int] = ..., rcs_budget_w: _Optional[float] = ..., rcs_budget_limits: _Optional[int] = ...) -> None: ...
