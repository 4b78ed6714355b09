//! How nozzles come back, and what is kept of why they were out.

use nalgebra::UnitQuaternion;
use qiki_craft::{CLUSTERS, Craft, Feedback, Fresh, NOZZLES, NodeState};

use crate::fault::{Fault, NozzleFaults};
use crate::health::{MonitorContext, NozzleHealth};
use qiki_craft::geometry;

const PERIOD_S: f64 = 0.002;
const VICTIM: usize = 4;
const BIT: u16 = 1 << VICTIM;

/// Valves whose open time follows the command at once, except the victim's.
struct Rig {
    health: NozzleHealth,
    /// Where the victim's valve is, whatever is commanded.
    stuck: Option<bool>,
    commanded: bool,
    valve_fault: u16,
    trials_allowed: bool,
}

impl Rig {
    fn new() -> Self {
        let craft =
            Craft::from_json(include_str!("../../../../craft/fixtures/dodeca-01.json")).unwrap();
        let mut rig = Self {
            health: NozzleHealth::new(&craft, &geometry(&craft), PERIOD_S),
            stuck: None,
            commanded: false,
            valve_fault: 0,
            trials_allowed: true,
        };
        rig.run(0.1, false);
        assert_eq!(rig.health.isolated(), 0);
        rig
    }

    /// Runs while the victim is commanded open, or closed; an isolated one is not commanded.
    fn run(&mut self, seconds: f64, open: bool) {
        for _ in 0..(seconds / PERIOD_S).round() as u32 {
            self.tick(open);
        }
    }

    fn tick(&mut self, open: bool) {
        let mut feedback = Feedback {
            fresh: Fresh((0..CLUSTERS).map(|c| Fresh::valves(c).0).sum()),
            node_state: [NodeState::Armed; CLUSTERS],
            valve_fault: self.valve_fault,
            ..Feedback::default()
        };
        let is_open = self.stuck.unwrap_or(self.commanded);
        feedback.open_time_us[VICTIM] = u32::from(is_open) * 2000;
        let context = MonitorContext {
            attitude: UnitQuaternion::identity(),
            mass_kg: 432.0,
            motion_is_evidence: false,
            trials_allowed: self.trials_allowed,
            armed: true,
        };
        self.health.observe(&feedback, &context);
        self.commanded = open && self.health.isolated() & BIT == 0;
        let mut on_time_us = [0; NOZZLES];
        on_time_us[VICTIM] = u32::from(self.commanded) * 2000;
        self.health.record_command(&on_time_us);
    }

    /// Seconds until `seen`, at most `limit_s`.
    fn until(&mut self, limit_s: f64, open: bool, seen: impl Fn(&NozzleHealth) -> bool) -> f64 {
        let mut seconds = 0.0;
        while !seen(&self.health) {
            assert!(seconds < limit_s, "not within {limit_s} s");
            self.tick(open);
            seconds += PERIOD_S;
        }
        seconds
    }
}

fn out(health: &NozzleHealth) -> bool {
    health.isolated() & BIT != 0
}

fn used(health: &NozzleHealth) -> bool {
    !out(health)
}

#[test]
fn a_nozzle_that_was_stuck_open_is_used_again_a_second_after_it_has_closed() {
    let mut rig = Rig::new();
    rig.stuck = Some(true);
    rig.until(0.03, false, out);
    rig.run(3.0, false);
    assert_eq!(rig.health.fault(VICTIM), Fault::StuckOpen);
    rig.stuck = None;
    let closed_s = rig.until(0.1, false, |h| h.fault(VICTIM) == Fault::None);
    assert!(closed_s < 0.03, "countered for {closed_s} s too long");
    assert_eq!(rig.health.faults().returning, BIT);
    let rest_s = rig.until(2.0, false, used);
    assert!((rest_s - 1.0).abs() < 0.01, "{rest_s} s");
    assert_eq!(rig.health.faults(), NozzleFaults::default());
}

#[test]
fn a_nozzle_that_opens_again_while_at_rest_is_open_again() {
    let mut rig = Rig::new();
    rig.stuck = Some(true);
    rig.until(0.03, false, out);
    rig.stuck = None;
    rig.run(0.5, false);
    rig.stuck = Some(true);
    rig.until(0.03, false, |h| h.fault(VICTIM) == Fault::StuckOpen);
    rig.run(1.0, false);
    assert!(out(&rig.health));
}

#[test]
fn a_nozzle_that_does_not_open_is_tried_again_ever_more_seldom_and_then_no_more() {
    let mut rig = Rig::new();
    rig.stuck = Some(false);
    rig.until(0.03, true, out);
    for wait_s in [5.0, 10.0, 20.0, 40.0, 80.0] {
        let waited_s = rig.until(wait_s + 1.0, true, used);
        assert!(
            (waited_s - wait_s).abs() < 0.05,
            "{waited_s} s for {wait_s} s"
        );
        assert_eq!(rig.health.faults().returning, BIT);
        let failed_s = rig.until(0.1, true, out);
        assert!(failed_s < 0.03, "a trial costs one pulse, not {failed_s} s");
        assert_eq!(rig.health.faults().closed, BIT);
    }
    for _ in 0..400 {
        rig.run(1.0, true);
        assert!(out(&rig.health));
    }
    rig.health.reset();
    assert!(used(&rig.health), "arming begins anew");
}

#[test]
fn a_trial_in_which_the_nozzle_opens_ends_well() {
    let mut rig = Rig::new();
    rig.stuck = Some(false);
    rig.until(0.03, true, out);
    rig.stuck = None;
    rig.until(5.1, true, used);
    assert_eq!(rig.health.faults().returning, BIT);
    assert_eq!(
        rig.health.faults().by_feedback,
        BIT,
        "not forgotten before it is proved"
    );
    let proved_s = rig.until(1.0, true, |h| h.faults() == NozzleFaults::default());
    assert!((proved_s - 0.1).abs() < 0.01, "{proved_s} s commanded open");
}

#[test]
fn a_trial_waits_for_a_pulse_however_long_none_is_needed() {
    let mut rig = Rig::new();
    rig.stuck = Some(false);
    rig.until(0.03, true, out);
    rig.run(20.0, false);
    assert!(used(&rig.health));
    assert_eq!(rig.health.faults().returning, BIT);
    let failed_s = rig.until(0.1, true, out);
    assert!(failed_s < 0.03);
}

#[test]
fn nothing_is_tried_in_safe_or_on_an_approach() {
    let mut rig = Rig::new();
    rig.stuck = Some(false);
    rig.until(0.03, true, out);
    rig.trials_allowed = false;
    rig.run(20.0, true);
    assert!(out(&rig.health));
    rig.trials_allowed = true;
    rig.until(0.01, true, used);
}

#[test]
fn a_fault_that_the_node_reports_keeps_the_nozzle_out_until_the_report_is_gone() {
    let mut rig = Rig::new();
    rig.valve_fault = BIT;
    rig.run(30.0, true);
    assert_eq!(
        rig.health.faults(),
        NozzleFaults {
            closed: BIT,
            by_node: BIT,
            ..NozzleFaults::default()
        }
    );
    rig.valve_fault = 0;
    rig.until(5.1, true, used);
}

#[test]
fn what_did_not_open_and_then_does_not_close_is_open() {
    let mut rig = Rig::new();
    rig.stuck = Some(false);
    rig.until(0.03, true, out);
    rig.stuck = Some(true);
    rig.until(0.03, false, |h| h.fault(VICTIM) == Fault::StuckOpen);
    assert_eq!(rig.health.faults().open, BIT);
}
