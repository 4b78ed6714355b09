//! The firing rule that a craft description names.

use qiki_craft::ModulatorConfig;

use crate::{
    ImpulseIntegrator, IntegratorRule, Modulator, ParamError, Params, Pwpf, ValveTimes, WideGate,
};

/// Modulators under one of the rules, chosen at construction.
#[derive(Debug, Clone)]
pub enum Firing {
    /// With a filter.
    Pwpf(Pwpf),
    /// With an impulse residual.
    Integrator(ImpulseIntegrator),
}

/// The same expression for either kind of rule.
macro_rules! of_either {
    ($firing:expr, $rule:ident => $what:expr) => {
        match $firing {
            Firing::Pwpf($rule) => $what,
            Firing::Integrator($rule) => $what,
        }
    };
}

impl Firing {
    /// `count` modulators at rest: all closed, and allowed to open at once.
    ///
    /// # Errors
    /// [`ParamError`] where the rule cannot drive the valve, a tick is too long, or there are too
    /// many valves.
    pub fn new(
        count: usize,
        rule: &ModulatorConfig,
        times: ValveTimes,
        period_us: u32,
    ) -> Result<Self, ParamError> {
        let integrator =
            |rule| ImpulseIntegrator::new(count, rule, times, period_us).map(Self::Integrator);
        match *rule {
            ModulatorConfig::Pwpf {
                km,
                tau_s,
                u_on,
                u_off,
            } => {
                let params = Params {
                    km,
                    tau_s,
                    u_on,
                    u_off,
                };
                Pwpf::new(count, params, times, period_us).map(Self::Pwpf)
            }
            ModulatorConfig::BangBang { band_s } => integrator(IntegratorRule::BangBang { band_s }),
            ModulatorConfig::Schmitt {
                level_on,
                level_off,
            } => integrator(IntegratorRule::Schmitt {
                level_on,
                level_off,
            }),
            ModulatorConfig::Remainder {} => integrator(IntegratorRule::Remainder),
        }
    }
}

impl Modulator for Firing {
    fn count(&self) -> usize {
        of_either!(self, rule => rule.count())
    }

    fn period_us(&self) -> u32 {
        of_either!(self, rule => rule.period_us())
    }

    fn step(&mut self, level: &[f64], gate: WideGate, on_time_us: &mut [u32]) {
        of_either!(self, rule => rule.step(level, gate, on_time_us));
    }

    fn follow(&mut self, on_time_us: &[u32]) {
        of_either!(self, rule => rule.follow(on_time_us));
    }

    fn open_mask(&self) -> u64 {
        of_either!(self, rule => rule.open_mask())
    }

    fn residual_us(&self, n: usize) -> Option<f64> {
        of_either!(self, rule => rule.residual_us(n))
    }

    fn dropped_us(&self, n: usize) -> Option<f64> {
        of_either!(self, rule => rule.dropped_us(n))
    }
}
