//! Faults of the power plane.

use qiki_craft::NODES_MAX;

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A bus carries too much, and nothing is left on it that may be shed or throttled.
    PduOvercurrent,
    /// Source power was lost because the battery may not be charged faster.
    BatteryChargeLimit,
    /// Load was not served because the battery may not give more.
    BatteryDischargeLimit,
    /// Nothing is stored in the battery.
    BatteryEmpty,
    /// The thermal node of this index has tripped.
    ThermalTrip(usize),
}

impl Fault {
    /// Those that are not a node's, in their order.
    pub const PLAIN: [Self; 4] = [
        Self::PduOvercurrent,
        Self::BatteryChargeLimit,
        Self::BatteryDischargeLimit,
        Self::BatteryEmpty,
    ];

    /// Its code; that of a trip is followed by a colon and the node's name in telemetry
    /// ([`PowerSystem::fault_names`](crate::PowerSystem::fault_names)).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PduOvercurrent => "PDU_OVERCURRENT",
            Self::BatteryChargeLimit => "BATTERY_CHARGE_LIMIT",
            Self::BatteryDischargeLimit => "BATTERY_DISCHARGE_LIMIT",
            Self::BatteryEmpty => "BATTERY_EMPTY",
            Self::ThermalTrip(_) => "THERMAL_TRIP",
        }
    }

    const fn bit(self) -> usize {
        match self {
            Self::PduOvercurrent => 0,
            Self::BatteryChargeLimit => 1,
            Self::BatteryDischargeLimit => 2,
            Self::BatteryEmpty => 3,
            Self::ThermalTrip(node) => Self::PLAIN.len() + node,
        }
    }
}

/// A set of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FaultSet(u64);

impl FaultSet {
    pub(crate) fn insert_if(&mut self, fault: Fault, holds: bool) {
        self.0 |= u64::from(holds) << fault.bit();
    }

    /// Bit i of `tripped` is node i.
    pub(crate) fn insert_trips(&mut self, tripped: u32) {
        self.0 |= u64::from(tripped) << Fault::PLAIN.len();
    }

    /// Whether it is in.
    #[must_use]
    pub fn has(self, fault: Fault) -> bool {
        self.0 & 1 << fault.bit() != 0
    }

    /// Those that are not a node's, as bits in their order.
    #[must_use]
    pub fn plain_bits(self) -> u8 {
        // Fewer than eight.
        #[allow(clippy::cast_possible_truncation)]
        let bits = (self.0 & ((1 << Fault::PLAIN.len()) - 1)) as u8;
        bits
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// In their order: the plain ones, then trips in the order of the nodes.
    pub fn iter(self) -> impl Iterator<Item = Fault> {
        let trips = (0..NODES_MAX).map(Fault::ThermalTrip);
        Fault::PLAIN
            .into_iter()
            .chain(trips)
            .filter(move |f| self.has(*f))
    }
}
