//! Pulses of named nozzles, one after the other.

use qiki_command::{Firing, Reason};

/// What the pulses of a train keep to, µs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PulseLimits {
    /// Shortest opening.
    pub min_on_us: u32,
    /// Shortest pause.
    pub min_off_us: u32,
    /// Longest train.
    pub max_on_us: u32,
}

/// Pulses of the named nozzles, all at once: `count` openings of `on_us`, one every `cycle_us`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PulseTrain {
    /// Bit n: nozzle n.
    pub nozzles: u16,
    /// Length of each opening, µs.
    pub on_us: u32,
    /// From one opening to the next, µs.
    pub cycle_us: u32,
    /// Openings.
    pub count: u32,
}

impl PulseTrain {
    /// As many pulses as opening and pause allow; together they are open for level times
    /// duration.
    ///
    /// # Errors
    /// Shorter than the shortest opening, or longer than the longest.
    pub fn new(firing: &Firing, limits: &PulseLimits) -> Result<Self, Reason> {
        let micros = |seconds: f64| {
            // A decoded duration is at most an hour.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let us = (seconds * 1e6).round() as u64;
            us
        };
        let total_us = micros(firing.duration_s);
        let (Ok(total_us), true) = (
            u32::try_from(total_us),
            total_us <= u64::from(limits.max_on_us),
        ) else {
            return Err(Reason::PulseTooLong);
        };
        let open_us = u32::try_from(micros(firing.level * firing.duration_s)).unwrap_or(total_us);
        if open_us < limits.min_on_us {
            return Err(Reason::PulseTooShort);
        }
        let closed_us = total_us.saturating_sub(open_us);
        let count = (open_us / limits.min_on_us.max(1))
            .min(closed_us / limits.min_off_us.max(1))
            .max(1);
        Ok(Self {
            nozzles: firing.nozzles,
            on_us: open_us / count,
            cycle_us: total_us.div_ceil(count),
            count,
        })
    }

    /// On-time in the tick that begins `at_us` into the train.
    pub fn on_time_us(&self, at_us: u32, period_us: u32) -> u32 {
        let (number, phase_us) = (at_us / self.cycle_us, at_us % self.cycle_us);
        if number >= self.count {
            return 0;
        }
        if phase_us < self.on_us {
            return (self.on_us - phase_us).min(period_us);
        }
        // The valve opens again before the tick is over, if there is one more pulse.
        let opens_in_us = self.cycle_us - phase_us;
        if number + 1 < self.count {
            period_us.saturating_sub(opens_in_us)
        } else {
            0
        }
    }

    /// From its start to its last closing, µs.
    pub fn length_us(&self) -> u32 {
        (self.count - 1) * self.cycle_us + self.on_us
    }

    /// Mean level of the named nozzles, 0..1.
    pub fn level(&self) -> f64 {
        f64::from(self.on_us) / f64::from(self.cycle_us)
    }

    /// How long each named nozzle is open, µs.
    pub fn open_us(&self) -> u32 {
        self.count * self.on_us
    }
}
