//! What the supercapacitor's state of charge permits the nozzles.

use qiki_craft::PowerPlane;

/// What the nozzles may do, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum RcsAllowance {
    /// Only stabilisation; power goes to charging first.
    #[default]
    StabiliseOnly = 0,
    /// Manoeuvres with what the battery gives.
    Normal = 1,
    /// Boost: the supercapacitor may be spent.
    Full = 2,
}

impl RcsAllowance {
    /// Its name in telemetry.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StabiliseOnly => "stabilise_only",
            Self::Normal => "normal",
            Self::Full => "full",
        }
    }
}

/// The state machine of [`RcsAllowance`]. With `h` the hysteresis:
///
/// * boost is given at `boost` and above, and kept until the charge is below `boost - h`;
/// * below `hold` there is only stabilisation, until the charge is `hold + h` or more.
///
/// So at `boost` and above there is always boost, and below `hold` there is never more than
/// stabilisation; the hysteresis lies between the two.
#[derive(Debug, Clone)]
pub struct RcsGate {
    boost_soc: f64,
    keep_boost_soc: f64,
    hold_soc: f64,
    leave_hold_soc: f64,
    allowance: RcsAllowance,
}

impl RcsGate {
    /// Starts with the least, so that the first charge counts as a rising one.
    #[must_use]
    pub fn new(plane: &PowerPlane) -> Self {
        let hysteresis = plane.supercap_gate_hysteresis;
        Self {
            boost_soc: plane.supercap_boost_soc,
            keep_boost_soc: plane.supercap_boost_soc - hysteresis,
            hold_soc: plane.supercap_hold_soc,
            leave_hold_soc: plane.supercap_hold_soc + hysteresis,
            allowance: RcsAllowance::StabiliseOnly,
        }
    }

    /// Takes in a state of charge, 0..1; NaN counts as empty.
    pub fn update(&mut self, supercap_soc: f64) -> RcsAllowance {
        use RcsAllowance::{Full, Normal, StabiliseOnly};
        let full_from = match self.allowance {
            Full => self.keep_boost_soc,
            Normal | StabiliseOnly => self.boost_soc,
        };
        let normal_from = match self.allowance {
            Full | Normal => self.hold_soc,
            StabiliseOnly => self.leave_hold_soc,
        };
        self.allowance = if supercap_soc >= full_from {
            Full
        } else if supercap_soc >= normal_from {
            Normal
        } else {
            StabiliseOnly
        };
        self.allowance
    }

    /// The result of the last update.
    #[must_use]
    pub fn allowance(&self) -> RcsAllowance {
        self.allowance
    }
}
