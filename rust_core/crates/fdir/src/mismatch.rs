//! Whether what the motion shows indicts the model instead of nozzles.
//!
//! A nozzle whose valve reports what was commanded, and whose thrust the motion misses, is a double
//! fault: of the nozzle, and of its report. Several of them within a short time are not believed.
//! Then it is mass, inertia, thrust or delays of the whole craft that are not as described.

use qiki_craft::nozzles_in;

/// So many nozzles that fail and report otherwise are no nozzles that fail. Two are flown with, and
/// in the fault table (`docs/reference/fault_table.md`).
const NOZZLES_MAX: u32 = 2;
/// Within this time, s: above the time in which a model that is off shows in every nozzle that a
/// craft uses while it holds still, about one set of pulses each 10 s.
const WITHIN_S: f64 = 30.0;

/// Counts the findings.
#[derive(Debug, Clone)]
pub(crate) struct MismatchMonitor {
    /// Ticks since a nozzle was found last.
    age: [u32; qiki_craft::NOZZLES],
    within: u32,
    indicted: bool,
}

impl MismatchMonitor {
    pub(crate) fn new(dt_s: f64) -> Self {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let within = (WITHIN_S / dt_s).ceil() as u32;
        Self {
            age: [u32::MAX; qiki_craft::NOZZLES],
            within,
            indicted: false,
        }
    }

    /// A tick in which the motion contradicts the reports of these nozzles: bit n is nozzle n.
    /// Whether the model is indicted by it.
    pub(crate) fn observe(&mut self, contradicted: u16) -> bool {
        for age in &mut self.age {
            *age = age.saturating_add(1);
        }
        for n in nozzles_in(contradicted) {
            self.age[n] = 0;
        }
        let recent = self.age.iter().filter(|age| **age <= self.within).count();
        let indicts = recent as u32 > NOZZLES_MAX && !self.indicted;
        self.indicted |= indicts;
        indicts
    }

    /// Whether the model has been indicted, since the last arming.
    pub(crate) fn indicted(&self) -> bool {
        self.indicted
    }

    /// Forgets everything: arming is a fresh start.
    pub(crate) fn reset(&mut self) {
        (self.age, self.indicted) = ([u32::MAX; qiki_craft::NOZZLES], false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitor() -> MismatchMonitor {
        MismatchMonitor::new(0.1)
    }

    /// Lets seconds go by.
    fn wait(monitor: &mut MismatchMonitor, seconds: u32) {
        for _ in 0..10 * seconds {
            assert!(!monitor.observe(0));
        }
    }

    #[test]
    fn two_nozzles_are_believed_to_fail_however_often() {
        let mut m = monitor();
        for _ in 0..1000 {
            assert!(!m.observe(0b101));
        }
        assert!(!m.indicted());
    }

    #[test]
    fn the_third_within_half_a_minute_indicts_the_model_once() {
        let mut m = monitor();
        m.observe(1 << 3);
        wait(&mut m, 14);
        m.observe(1 << 9);
        wait(&mut m, 15);
        assert!(m.observe(1 << 15));
        assert!(m.indicted());
        assert!(!m.observe(1 << 4), "said once");
        m.reset();
        assert!(!m.indicted());
        assert!(!m.observe(1 << 4));
    }

    #[test]
    fn three_at_once_indict_it_too() {
        assert!(monitor().observe(0b111));
    }

    #[test]
    fn what_was_found_long_ago_does_not_count() {
        let mut m = monitor();
        m.observe(0b11);
        wait(&mut m, 30);
        assert!(!m.observe(1 << 7));
        assert!(!m.indicted());
    }
}
