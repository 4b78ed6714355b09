//! Whether planned sets do what they were planned to do.
//!
//! The benefit of a set is what the error costs before it, less what it costs after, N·s of thrust.
//! Obtained and predicted benefits are summed over the last sets. Their ratio is 0.9 on a craft as
//! described, above 0.5 while the gains of a craft within its tolerances are learnt, and about 0
//! where a set only exchanges one error for another: then a hold would fire set after set for
//! nothing. Below a bound planned pulses stand down for a while. Measured: `docs/math/pulses.md`.

/// Weight of the sums from one set to the next, ratio: a memory of seven sets. Shorter gives up
/// after one unlucky set, longer burns more before it gives up.
const KEEP: f64 = 0.85;
/// Benefit that counts of one set at most, N·s: three times what a usual set costs. The first set
/// of a hold closes an error of ten times that, and would be remembered for too long.
const BENEFIT_MAX_NS: f64 = 150.0;
/// Benefit that is taken as obtained before the first set, N·s: some more than two sets of the
/// largest.
const TRUST_NS: f64 = 400.0;
/// Ratio below which planned pulses stand down. A set costs half to all of what it is to gain, so
/// with a quarter of the gain it does not pay. Of 264 crafts within their tolerances (`rigs/campaigns/hold.yaml`) none comes below it; at 0.42 2 of 64 do.
const STAND_DOWN_BELOW: f64 = 0.25;
/// Ratio above which a stand-down is forgotten.
const FITS_ABOVE: f64 = 0.6;
/// Predicted and obtained benefit with which sets are tried again, N·s: one useless set leads to
/// the next stand-down.
const ON_TRIAL_NS: [f64; 2] = [150.0, 75.0];
/// Length of the first stand-down, s. A set that is tried burns 0.1 kg, a fifth of what the
/// modulators burn in a minute. Doubled each time, so that what stays wrong costs nothing.
const FIRST_S: f64 = 60.0;
/// Longest stand-down, s.
const LONGEST_S: f64 = 960.0;

/// Running judgement of planned sets.
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    predicted_ns: f64,
    obtained_ns: f64,
    /// Left of the present stand-down, s.
    left_s: f64,
    /// Length of the next one, s.
    next_s: f64,
}

impl Fit {
    pub(crate) fn new() -> Self {
        Self {
            predicted_ns: TRUST_NS,
            obtained_ns: TRUST_NS,
            left_s: 0.0,
            next_s: FIRST_S,
        }
    }

    /// A set was to lower the cost of the error by `predicted_ns` and has lowered it by
    /// `obtained_ns`. A set that was to lower nothing says nothing.
    pub(crate) fn observe(&mut self, predicted_ns: f64, obtained_ns: f64) {
        if !(predicted_ns > 0.0 && obtained_ns.is_finite()) {
            return;
        }
        let counted_ns = predicted_ns.min(BENEFIT_MAX_NS);
        let ratio = (obtained_ns / predicted_ns).clamp(-1.0, 1.0);
        self.predicted_ns = KEEP * self.predicted_ns + counted_ns;
        self.obtained_ns = KEEP * self.obtained_ns + counted_ns * ratio;
        let ratio = self.obtained_ns / self.predicted_ns;
        if ratio < STAND_DOWN_BELOW {
            [self.predicted_ns, self.obtained_ns] = ON_TRIAL_NS;
            self.left_s = self.next_s;
            self.next_s = (2.0 * self.next_s).min(LONGEST_S);
        } else if ratio > FITS_ABOVE {
            self.next_s = FIRST_S;
        }
    }

    /// A tick of `dt_s` goes by.
    pub(crate) fn tick(&mut self, dt_s: f64) {
        self.left_s = (self.left_s - dt_s).max(0.0);
    }

    /// Whether planned pulses stand down.
    pub(crate) fn stands_down(&self) -> bool {
        self.left_s > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number of the set that leads to a stand-down.
    fn given_up_at(fit: &mut Fit, ratio: f64, most: u32) -> Option<u32> {
        (1..=most).find(|_| {
            fit.observe(80.0, 80.0 * ratio);
            fit.stands_down()
        })
    }

    #[test]
    fn sets_that_do_what_they_should_are_never_given_up() {
        for ratio in [0.35, 0.55, 0.8, 1.0, 3.0] {
            assert_eq!(given_up_at(&mut Fit::new(), ratio, 1000), None, "{ratio}");
        }
    }

    #[test]
    fn useless_sets_are_given_up_after_eight_and_harmful_ones_after_three() {
        assert_eq!(given_up_at(&mut Fit::new(), 0.0, 10), Some(8));
        assert_eq!(given_up_at(&mut Fit::new(), -1.0, 10), Some(3));
        assert_eq!(given_up_at(&mut Fit::new(), -1e9, 10), Some(3));
    }

    #[test]
    fn one_set_that_went_wrong_among_good_ones_is_forgiven() {
        let mut fit = Fit::new();
        for _ in 0..100 {
            fit.observe(80.0, -20.0);
            assert_eq!(given_up_at(&mut fit, 0.8, 5), None);
        }
    }

    #[test]
    fn a_large_set_counts_no_more_than_two_usual_ones() {
        let mut fit = Fit::new();
        fit.observe(1e6, 1e6);
        assert!(given_up_at(&mut fit, 0.0, 10).is_some());
    }

    #[test]
    fn a_stand_down_doubles_until_sets_fit_again() {
        let mut fit = Fit::new();
        let mut waited_s = Vec::new();
        for _ in 0..6 {
            given_up_at(&mut fit, 0.0, 10);
            let ticks = (0..10_000).take_while(|_| {
                fit.tick(0.5);
                fit.stands_down()
            });
            waited_s.push(0.5 * (ticks.count() + 1) as f64);
        }
        assert_eq!(waited_s, [60.0, 120.0, 240.0, 480.0, 960.0, 960.0]);
        assert_eq!(given_up_at(&mut fit, 0.9, 20), None);
        given_up_at(&mut fit, -1.0, 10);
        assert_eq!(fit.left_s, FIRST_S);
    }

    #[test]
    fn a_set_that_was_to_change_nothing_says_nothing() {
        for (predicted_ns, obtained_ns) in
            [(0.0, -9.0), (-1.0, 1.0), (f64::NAN, 1.0), (9.0, f64::NAN)]
        {
            let mut fit = Fit::new();
            for _ in 0..100 {
                fit.observe(predicted_ns, obtained_ns);
            }
            assert!(!fit.stands_down());
            assert_eq!((fit.predicted_ns, fit.obtained_ns), (TRUST_NS, TRUST_NS));
        }
    }
}
