"""The power plane and the thermal plane."""

from typing import Literal

from qiki_hil.spec.quantities import (
    AmbientCelsius,
    Amperes,
    AmperesOrNone,
    Celsius,
    Conductance,
    HeatCapacity,
    HeatGain,
    Kelvin,
    Name,
    PowerPerSpeed,
    Ratio,
    Section,
    SoftStart,
    Volts,
    WattHours,
    Watts,
    WattsOrNone,
)

HeatSource = Literal[
    "mcqpu_w",
    "nbl_w",
    "power_out_w",
    "bus_a_squared",
    "supercap_w",
    "battery_w",
    "dock_a_squared",
    "rcs_w",
    "rcs_cluster0_w",
    "rcs_cluster1_w",
    "rcs_cluster2_w",
    "rcs_cluster3_w",
]
CLUSTER_NODES = ("rcs_c01", "rcs_c02", "rcs_c03", "rcs_c04")
"""Thermal nodes of clusters 0..3; every craft has them."""


class PowerPlane(Section):
    """Storage, the two buses, their loads and the rules for them."""

    battery_capacity_wh: WattHours
    battery_soc_init: Ratio
    battery_charge_max_w: WattsOrNone
    battery_discharge_max_w: Watts
    supercap_capacity_wh: WattHours
    supercap_soc_init: Ratio
    supercap_charge_max_w: WattsOrNone
    supercap_discharge_max_w: WattsOrNone
    battery_shed_soc: Ratio
    """At this state of charge of the battery and below, radar and transponder are shed."""
    battery_restore_soc: Ratio
    """At this state of charge of the battery and above, they come back."""
    supercap_boost_soc: Ratio
    """At this state of charge of the supercapacitor and above, boost is allowed."""
    supercap_hold_soc: Ratio
    """Below this state of charge, only stabilisation and charging are."""
    supercap_gate_hysteresis: Ratio
    """A right is kept this far below its threshold, a lost one comes back this far above."""
    bus_nominal_v: Volts
    """Voltage of the avionics bus with a full battery, V."""
    bus_min_v: Volts
    """Voltage of the avionics bus with an empty battery, V."""
    bus_current_max_a: Amperes
    """Most current of the avionics bus, A."""
    base_in_w: WattsOrNone
    """Steady source (trickle), W."""
    base_out_w: WattsOrNone
    motion_w_per_mps: PowerPerSpeed
    """Electrical drives, per speed, W/(m/s); nozzles are counted by themselves."""
    mcqpu_w: WattsOrNone
    """Computer under full load, W."""
    radar_w: WattsOrNone
    transponder_w: WattsOrNone
    nbl_w: WattsOrNone
    """Most for the narrow-band link, W."""
    nbl_soc_min: Ratio
    """Below this state of charge of the battery, the narrow-band link gets nothing."""
    nbl_core_max_c: Celsius
    """Above this temperature of the node `core`, neither, °C."""
    dock_station_v: Volts
    dock_station_max_w: WattsOrNone
    dock_current_max_a: AmperesOrNone
    dock_soft_start_s: SoftStart
    """Zero to full dock power, linear, s."""
    peak_max_w: Watts
    """Most that the whole bot may draw, W."""


class HeatInput(Section):
    """`gain` watts of heat for each unit of `source`."""

    source: HeatSource
    gain: HeatGain


class ThermalNode(Section):
    """A lumped node; derated from `warn_c` on, trips at `trip_c`, clears at
    `trip_c - hysteresis_k`."""

    heat_capacity_j_per_k: HeatCapacity
    cooling_w_per_k: Conductance
    init_c: Celsius
    warn_c: Celsius
    trip_c: Celsius
    hysteresis_k: Kelvin
    heat: tuple[HeatInput, ...]


class ThermalCoupling(Section):
    """Conduction between two nodes."""

    between: tuple[Name, Name]
    conductance_w_per_k: Conductance


class ThermalPlane(Section):
    """The nodes, what couples them, and the environment."""

    ambient_c: AmbientCelsius
    ambient_exchange_w_per_k: Conductance
    """Added to every node's own cooling, W/K."""
    nodes: dict[Name, ThermalNode]
    couplings: tuple[ThermalCoupling, ...]

    @property
    def node_names(self) -> tuple[str, ...]:
        """The nodes in the order in which the core numbers them."""
        return tuple(sorted(self.nodes))
