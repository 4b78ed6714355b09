//! Sharing out what the buses carry.

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

/// Who asked for what, who gets what, and why not more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shares {
    pub(crate) asked_w: [f64; LOADS],
    pub(crate) given_w: [f64; LOADS],
    pub(crate) shed: Set<Load>,
    pub(crate) throttled: Set<Load>,
    pub(crate) reasons: [Set<ShedReason>; LOADS],
    pub(crate) overcurrent: bool,
}

impl Shares {
    pub(crate) fn new(asked_w: [f64; LOADS]) -> Self {
        Self {
            asked_w,
            given_w: asked_w,
            shed: Set::default(),
            throttled: Set::default(),
            reasons: [Set::default(); LOADS],
            overcurrent: false,
        }
    }

    /// Takes a load off; one that asks for nothing is not shed.
    pub(crate) fn shed(&mut self, load: Load, reason: ShedReason) {
        if self.asked_w[load as usize] > 0.0 {
            self.given_w[load as usize] = 0.0;
            self.shed.insert(load);
            self.reasons[load as usize].insert(reason);
        }
    }

    pub(crate) fn given(&self, load: Load) -> f64 {
        self.given_w[load as usize]
    }

    pub(crate) fn avionics_w(&self) -> f64 {
        AVIONICS.iter().map(|load| self.given(*load)).sum()
    }

    /// All but charging, W.
    pub(crate) fn load_w(&self) -> f64 {
        self.avionics_w() + self.given(Load::Rcs)
    }

    /// Brings the avionics bus within its limit: sheds in order, looking again after each, then
    /// throttles motion. What is left is never touched: without base and computer there is no
    /// craft to save.
    pub(crate) fn limit_avionics(&mut self, limit_w: f64) {
        for load in ORDER {
            if self.avionics_w() <= limit_w {
                return;
            }
            if self.given(load) > 0.0 {
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
        let given_w = &mut self.given_w[load as usize];
        self.overcurrent |= over_w > *given_w;
        if *given_w > 0.0 {
            *given_w = (*given_w - over_w).max(0.0);
            self.throttled.insert(load);
            self.reasons[load as usize].insert(ShedReason::PduOvercurrent);
        }
    }
}
