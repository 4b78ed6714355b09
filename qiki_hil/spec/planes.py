"""The power plane and the thermal plane."""

from typing import Literal

from qiki_hil.spec.quantities import Name, NotNegative, Positive, Ratio, Real, Section

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

    battery_capacity_wh: Positive
    battery_soc_init: Ratio
    battery_charge_max_w: NotNegative
    battery_discharge_max_w: Positive
    supercap_capacity_wh: Positive
    supercap_soc_init: Ratio
    supercap_charge_max_w: NotNegative
    supercap_discharge_max_w: NotNegative
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
    bus_nominal_v: Positive
    """Voltage of the avionics bus with a full battery, V."""
    bus_min_v: Positive
    """Voltage of the avionics bus with an empty battery, V."""
    bus_current_max_a: Positive
    """Most current of the avionics bus, A."""
    base_in_w: NotNegative
    """Steady source (trickle), W."""
    base_out_w: NotNegative
    motion_w_per_mps: NotNegative
    """Electrical drives, per speed, W/(m/s); nozzles are counted by themselves."""
    mcqpu_w: NotNegative
    """Computer under full load, W."""
    radar_w: NotNegative
    transponder_w: NotNegative
    nbl_w: NotNegative
    """Most for the narrow-band link, W."""
    nbl_soc_min: Ratio
    """Below this state of charge of the battery, the narrow-band link gets nothing."""
    nbl_core_max_c: Real
    """Above this temperature of the node `core`, neither, °C."""
    dock_station_v: Positive
    dock_station_max_w: NotNegative
    dock_current_max_a: NotNegative
    dock_soft_start_s: NotNegative
    """Zero to full dock power, linear, s."""
    peak_max_w: Positive
    """Most that the whole bot may draw, W."""


class HeatInput(Section):
    """`gain` watts of heat for each unit of `source`."""

    source: HeatSource
    gain: NotNegative


class ThermalNode(Section):
    """A lumped node; derated from `warn_c` on, trips at `trip_c`, clears at
    `trip_c - hysteresis_k`."""

    heat_capacity_j_per_k: Positive
    cooling_w_per_k: NotNegative
    init_c: Real
    warn_c: Real
    trip_c: Real
    hysteresis_k: Positive
    heat: tuple[HeatInput, ...]


class ThermalCoupling(Section):
    """Conduction between two nodes."""

    between: tuple[Name, Name]
    conductance_w_per_k: NotNegative


class ThermalPlane(Section):
    """The nodes, what couples them, and the environment."""

    ambient_c: Real
    ambient_exchange_w_per_k: NotNegative
    """Added to every node's own cooling, W/K."""
    nodes: dict[Name, ThermalNode]
    couplings: tuple[ThermalCoupling, ...]

    @property
    def node_names(self) -> tuple[str, ...]:
        """The nodes in the order in which the core numbers them."""
        return tuple(sorted(self.nodes))
