//! The modulators of a craft.

use qiki_craft::NOZZLES;

use crate::{Gate, Modulator, ParamError, Params, Pwpf, ValveTimes, WideGate};

/// PWPF modulators of all nozzles of a craft. A filter takes its relay's edge where it was
/// commanded, rounded to the microsecond; see [`Pwpf`] for the other way.
#[derive(Debug, Clone)]
pub struct Bank(Pwpf);

impl Bank {
    /// A bank at rest: all closed, and allowed to open at once.
    ///
    /// # Errors
    /// [`ParamError`] where the parameters cannot drive the valve, or a tick is too long.
    pub fn new(params: Params, times: ValveTimes, period_us: u32) -> Result<Self, ParamError> {
        let pwpf = Pwpf::new(NOZZLES, params, times, period_us)?;
        Ok(Self(pwpf.rounding()))
    }

    /// One tick: `level` (thrust over maximum, 0..1) in, on-times in µs out. A level that is
    /// not a number counts as zero.
    pub fn step(&mut self, level: &[f64; NOZZLES], gate: Gate, on_time_us: &mut [u32; NOZZLES]) {
        self.0.step(level, WideGate::from(gate), on_time_us);
    }

    /// Bit n: nozzle n is commanded open at this instant.
    #[must_use]
    pub fn open_mask(&self) -> u16 {
        #[allow(clippy::cast_possible_truncation)]
        let mask = self.0.open_mask() as u16;
        mask
    }
}
