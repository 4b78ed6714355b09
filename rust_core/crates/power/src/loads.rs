//! The loads by name, and the reasons for shedding one.

pub use qiki_craft::LOADS;

use crate::set::Member;

/// What draws power. All but [`Load::Rcs`] and [`Load::SupercapCharge`] hang on the avionics bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Load {
    /// Always there.
    Base = 0,
    /// Electrical drives.
    Motion,
    /// The computer.
    Mcqpu,
    /// The radar.
    Radar,
    /// The transponder.
    Transponder,
    /// The narrow-band link.
    Nbl,
    /// The nozzles.
    Rcs,
    /// Charging the supercapacitor.
    SupercapCharge,
}

impl Load {
    /// Its name in telemetry.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Motion => "motion",
            Self::Mcqpu => "mcqpu",
            Self::Radar => "radar",
            Self::Transponder => "transponder",
            Self::Nbl => "nbl",
            Self::Rcs => "rcs",
            Self::SupercapCharge => "supercap_charge",
        }
    }
}

impl Member for Load {
    const ALL: &'static [Self] = &[
        Self::Base,
        Self::Motion,
        Self::Mcqpu,
        Self::Radar,
        Self::Transponder,
        Self::Nbl,
        Self::Rcs,
        Self::SupercapCharge,
    ];

    fn index(self) -> usize {
        self as usize
    }
}

/// Why a load gets nothing, or less than it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ShedReason {
    /// The battery is low, and has not recovered since.
    LowSoc = 0,
    /// A node that it heats, or that feeds it, is too hot.
    ThermalOverheat,
    /// The battery keeps what it has for others than the narrow-band link.
    NblBudget,
    /// The bus could not carry it.
    PduOvercurrent,
}

impl ShedReason {
    /// Its name in telemetry.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LowSoc => "low_soc",
            Self::ThermalOverheat => "thermal_overheat",
            Self::NblBudget => "nbl_budget",
            Self::PduOvercurrent => "pdu_overcurrent",
        }
    }
}

impl Member for ShedReason {
    const ALL: &'static [Self] = &[
        Self::LowSoc,
        Self::ThermalOverheat,
        Self::NblBudget,
        Self::PduOvercurrent,
    ];

    fn index(self) -> usize {
        self as usize
    }
}
