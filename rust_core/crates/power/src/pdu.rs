//! Distribution of what the buses carry.

use crate::loads::{LOADS, Load, ShedReason};
use crate::set::Set;

/// Shed in this order on the avionics bus, one at a time.
const ORDER: [Load; 3] = [Load::Nbl, Load::Radar, Load::Transponder];
/// What hangs on the avionics bus.
const AVIONICS: [Load; 6] = [
    Load::Base,
    Load::Motion,
    Load::Mcqpu,
    Load::Radar,
    Load::Transponder,
    Load::Nbl,
];

/// What each load requests, what it is supplied with, and why that is not more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shares {
    pub(crate) requested_w: [f64; LOADS],
    pub(crate) supplied_w: [f64; LOADS],
    pub(crate) shed: Set<Load>,
    pub(crate) throttled: Set<Load>,
    pub(crate) reasons: [Set<ShedReason>; LOADS],
    pub(crate) overcurrent: bool,
}

impl Shares {
    pub(crate) fn new(requested_w: [f64; LOADS]) -> Self {
        Self {
            requested_w,
            supplied_w: requested_w,
            shed: Set::default(),
            throttled: Set::default(),
            reasons: [Set::default(); LOADS],
            overcurrent: false,
        }
    }

    /// Takes a load off; one that asks for nothing is not shed.
    pub(crate) fn shed(&mut self, load: Load, reason: ShedReason) {
        if self.requested_w[load as usize] > 0.0 {
            self.supplied_w[load as usize] = 0.0;
            self.shed.insert(load);
            self.reasons[load as usize].insert(reason);
        }
    }

    pub(crate) fn supplied(&self, load: Load) -> f64 {
        self.supplied_w[load as usize]
    }

    pub(crate) fn avionics_w(&self) -> f64 {
        AVIONICS.iter().map(|load| self.supplied(*load)).sum()
    }

    /// All but charging, W.
    pub(crate) fn load_w(&self) -> f64 {
        self.avionics_w() + self.supplied(Load::Rcs)
    }

    /// Brings the avionics bus within its limit: sheds in order, looking again after each, then
    /// throttles motion. What is left is never touched: without base and computer there is no
    /// craft to save.
    pub(crate) fn limit_avionics(&mut self, limit_w: f64) {
        for load in ORDER {
            if self.avionics_w() <= limit_w {
                return;
            }
            if self.supplied(load) > 0.0 {
                self.shed(load, ShedReason::PduOvercurrent);
            }
        }
        let over_w = self.avionics_w() - limit_w;
        self.throttle(Load::Motion, over_w);
    }

    /// Brings the whole bot within its peak. Nozzles alone are throttled: all of the avionics
    /// together are a fraction of one nozzle, so shedding them would blind the craft for nothing.
    pub(crate) fn limit_peak(&mut self, limit_w: f64) {
        let over_w = self.load_w() - limit_w;
        self.throttle(Load::Rcs, over_w);
    }

    fn throttle(&mut self, load: Load, over_w: f64) {
        if over_w <= 0.0 {
            return;
        }
        let supplied_w = &mut self.supplied_w[load as usize];
        self.overcurrent |= over_w > *supplied_w;
        if *supplied_w > 0.0 {
            *supplied_w = (*supplied_w - over_w).max(0.0);
            self.throttled.insert(load);
            self.reasons[load as usize].insert(ShedReason::PduOvercurrent);
        }
    }
}
