//! Parameters of the modulator and their closed forms.

use crate::gate::COUNT_MAX;

/// A parameter set that cannot drive the valve, and why.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ParamError {
    /// A parameter is not a positive finite number.
    #[error("pwpf {0}: {1} given, a positive finite number is needed")]
    NotPositive(&'static str, f64),
    /// The relay has no hysteresis, or the filter cannot drive it through.
    #[error(
        "pwpf: u_off {u_off} must be below u_on {u_on}, and u_on and u_on - u_off below km {km}"
    )]
    Thresholds {
        /// Relay opens here.
        u_off: f64,
        /// Relay closes here.
        u_on: f64,
        /// Filter gain.
        km: f64,
    },
    /// The shortest pulse is shorter than the valve can do.
    #[error(
        "pwpf: shortest pulse {pulse_s:.4} s is below the valve's minimum on-time {min_on_s:.4} s: \
         raise tau_s or u_on - u_off, or lower km"
    )]
    PulseTooShort {
        /// `-tau ln(1 - h/Km)`, s.
        pulse_s: f64,
        /// What the valve needs, s.
        min_on_s: f64,
    },
    /// The valve may not stay open for as long as it must.
    #[error("pwpf: longest opening {max_on_s} s must be above the shortest {min_on_s} s")]
    Opening {
        /// Longest opening, s.
        max_on_s: f64,
        /// Shortest opening, s.
        min_on_s: f64,
    },
    /// A tick must be shorter than pulse and pause, or a nozzle could have two edges in one.
    #[error(
        "pwpf: tick {dt_s} s must be positive and shorter than the shortest pulse and pause {shortest_s} s"
    )]
    Tick {
        /// The tick, s.
        dt_s: f64,
        /// The shorter of minimum on-time and minimum pause, s.
        shortest_s: f64,
    },
    /// [`ParamError::Tick`] of another rule.
    #[error(
        "{name}: tick {dt_s} s must be positive and shorter than the shortest pulse and pause {shortest_s} s"
    )]
    RuleTick {
        /// The rule.
        name: &'static str,
        /// The tick, s.
        dt_s: f64,
        /// The shorter of minimum on-time and minimum pause, s.
        shortest_s: f64,
    },
    /// [`ParamError::Opening`] of another rule.
    #[error("{name}: longest opening {max_on_s} s must be above the shortest {min_on_s} s")]
    RuleOpening {
        /// The rule.
        name: &'static str,
        /// Longest opening, s.
        max_on_s: f64,
        /// Shortest opening, s.
        min_on_s: f64,
    },
    /// A hysteresis that is none.
    #[error("bang_bang: band_s {0} given, a positive finite number is needed")]
    NoBand(f64),
    /// The shortest pulse and pause are shorter than the valve can do.
    #[error(
        "bang_bang: shortest pulse and pause are band_s, {band_s} s, which is below the valve's \
         minimum on-time {min_on_s} s or pause {min_off_s} s: raise band_s"
    )]
    BandTooNarrow {
        /// Width of the hysteresis, s.
        band_s: f64,
        /// What the valve needs, s.
        min_on_s: f64,
        /// What the valve needs, s.
        min_off_s: f64,
    },
    /// Levels that are no hysteresis, or beyond a pulse.
    #[error(
        "schmitt: level_on {level_on} and level_off {level_off} given, \
         0 <= level_off < level_on <= 1 needed"
    )]
    Levels {
        /// Fires above, of the shortest pulse.
        level_on: f64,
        /// Stops below, of the shortest pulse.
        level_off: f64,
    },
    /// A throttled nozzle may not stay open for a tick.
    #[error(
        "throttled nozzles: longest opening {max_on_s} s must be at least the tick, {dt_s} s, \
         which must be positive"
    )]
    ThrottleOpening {
        /// Longest opening, s.
        max_on_s: f64,
        /// The tick, s.
        dt_s: f64,
    },
    /// No valves, or more than a modulator takes.
    #[error("modulator: {0} valves given, 1..={COUNT_MAX} needed")]
    Count(usize),
}

impl ParamError {
    pub(crate) fn check_count(count: usize) -> Result<(), Self> {
        if (1..=COUNT_MAX).contains(&count) {
            Ok(())
        } else {
            Err(Self::Count(count))
        }
    }
}

/// Filter and relay of a modulator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Params {
    /// Filter gain Km.
    pub km: f64,
    /// Filter time constant, s.
    pub tau_s: f64,
    /// The relay closes at this filter output.
    pub u_on: f64,
    /// The relay opens at this filter output.
    pub u_off: f64,
}

impl Params {
    /// Checks the set against a valve's minimum on-time.
    ///
    /// # Errors
    /// [`ParamError`] says which parameter and what would be right.
    pub fn check(&self, min_on_s: f64) -> Result<(), ParamError> {
        for (name, value) in [("km", self.km), ("tau_s", self.tau_s), ("u_on", self.u_on)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(ParamError::NotPositive(name, value));
            }
        }
        // With u_on - u_off at km or above, the smallest input would never close the valve again.
        let hysteresis = self.u_on - self.u_off;
        if !(hysteresis > 0.0 && hysteresis < self.km && self.u_on < self.km) {
            return Err(ParamError::Thresholds {
                u_off: self.u_off,
                u_on: self.u_on,
                km: self.km,
            });
        }
        let pulse_s = self.shortest_pulse_s();
        if pulse_s < min_on_s || min_on_s.is_nan() {
            return Err(ParamError::PulseTooShort { pulse_s, min_on_s });
        }
        Ok(())
    }

    /// Length of a pulse under constant input E, s: `-tau ln(1 - h/(Uon - Km (E - 1)))`.
    #[must_use]
    pub fn on_time_s(&self, input: f64) -> f64 {
        let span = self.u_on - self.km * (input - 1.0);
        -self.tau_s * libm::log(1.0 - (self.u_on - self.u_off) / span)
    }

    /// Length of a pause under constant input E, s: `-tau ln(1 - h/(Km E - Uoff))`.
    #[must_use]
    pub fn off_time_s(&self, input: f64) -> f64 {
        let span = self.km * input - self.u_off;
        -self.tau_s * libm::log(1.0 - (self.u_on - self.u_off) / span)
    }

    /// `-tau ln(1 - h/Km)`, s: the pulse at the edge of the dead zone.
    #[must_use]
    pub fn shortest_pulse_s(&self) -> f64 {
        -self.tau_s * libm::log(1.0 - (self.u_on - self.u_off) / self.km)
    }

    /// Inputs below this never fire: `Uon/Km`.
    #[must_use]
    pub fn dead_zone(&self) -> f64 {
        self.u_on / self.km
    }

    /// Inputs at and above this stay on: `1 + Uoff/Km`.
    #[must_use]
    pub fn saturation(&self) -> f64 {
        1.0 + self.u_off / self.km
    }
}
