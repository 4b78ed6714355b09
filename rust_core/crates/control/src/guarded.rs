//! What stands in the loop between `rig.read` and `rig.write`: the controller, and the guard behind
//! it.

use qiki_craft::Craft;
use qiki_guard::Guard;

use crate::config::{ConfigError, parts};
use crate::controller::Controller;
use crate::io::{Inputs, Outputs};

/// The controller of one craft, with every command checked by the guard before it is sent.
///
/// A pure function of its state and its inputs: it reads no clock, does no I/O, draws no random
/// number and allocates nothing.
#[derive(Debug, Clone)]
pub struct GuardedController {
    controller: Controller,
    guard: Guard,
    period_us: u32,
}

impl GuardedController {
    /// A silent controller in IDLE for a loop of `period_us`.
    ///
    /// # Errors
    /// [`ConfigError`] where the craft cannot be controlled at this period.
    pub fn new(craft: &Craft, period_us: u32) -> Result<Self, ConfigError> {
        let parts = parts(craft, period_us)?;
        let guard = Guard::new(parts.limits);
        Ok(Self {
            controller: Controller::new(craft, parts, period_us),
            guard,
            period_us,
        })
    }

    /// One tick. A command that the guard refuses is replaced by closed valves.
    pub fn step(&mut self, inputs: &Inputs<'_>, outputs: &mut Outputs) {
        let control = &mut self.controller;
        let mut estimate = control.estimate(inputs);
        let decision = control.decide(inputs, &mut estimate);
        let demand = control.demand(&estimate, &decision);
        let allocation = control.allocate(&estimate, &decision, &demand);
        let pulses = control.modulate(&estimate, &decision, &demand, &allocation);
        let verdict = self.guard.check(&pulses.command, &pulses.force_close);
        let sent = if verdict.is_ok() {
            pulses.command
        } else {
            pulses.command.closed()
        };
        control.sent(&sent, verdict.is_err());
        outputs.command = sent;
        outputs.allocation = pulses.flown(&allocation);
        control.report(&estimate, &decision, &demand, outputs);
        outputs.guard_violation = verdict.err();
    }

    /// Tick of the loop, µs.
    #[must_use]
    pub fn period_us(&self) -> u32 {
        self.period_us
    }
}

#[cfg(test)]
mod tests;
