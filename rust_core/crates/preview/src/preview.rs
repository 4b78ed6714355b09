//! Preview of a thrust profile: what it would give and cost, and which limits it would meet.
//!
//! The plan is the one that is flown (`qiki-burn`), stepped with the same limits: the controller's
//! own power budget and thermal limits, fed by the power plane of `qiki-power` instead of a rig.
//! Nozzles give on average exactly what is demanded and nothing else pushes: there are no pulses,
//! no delays and no attitude control.

use nalgebra::Vector3;
use qiki_burn::{End, Order, Plan, PlanLimits};
use qiki_command::{Action, AllocationMode, Reason, SEGMENTS_MAX, Segment};
use qiki_craft::STANDARD_GRAVITY_MPS2;
use qiki_craft::{CLUSTERS, Craft, Feedback, Fresh, LoopAllocation, NOZZLES, NOZZLES_PER_CLUSTER};
use qiki_power::{Demand, PowerSystem};

use qiki_control::{AllocationStage, Estimator, FlightContext};
use qiki_control::{burn_conditions, may_burn, may_push, parts};

use crate::result::{LimitHit, Preview, PreviewError, SegmentPreview, Spent, Stores};

/// Step of the plan, µs: the longest period of the loop, so that a preview is cheap.
const STEP_US: u32 = 5000;
/// The same in s.
const STEP_S: f64 = 0.005;
/// Steps of the plan in a step of power and heat: 20 ms, the power plane's own step (50 Hz).
const STEPS_OF_POWER: u32 = 4;
/// Steps of the plan in a window of planned pulses: 0.25 s.
const WINDOW_STEPS: u64 = 50;
/// Gap in a limit below which it counts as one limit and not as two, s: one window and a step of
/// power, rounded up, because the power drawn changes within a window.
const SAME_LIMIT_GAP_S: f64 = 0.3;

/// Preview of `segments` for a craft in its state at the beginning of a run.
///
/// # Errors
/// [`PreviewError`] where the profile would not be taken, or the craft is unusable.
pub fn preview(craft: &Craft, segments: &[Segment]) -> Result<Preview, PreviewError> {
    let mut all = [Segment::IDLE; SEGMENTS_MAX];
    if segments.is_empty() || segments.len() > SEGMENTS_MAX {
        return Err(PreviewError::Segments(segments.len()));
    }
    all[..segments.len()].copy_from_slice(segments);
    let action = Action::Burn {
        segments: all,
        count: segments.len(),
    };
    let preview_craft = PreviewCraft::new(craft)?;
    let estimate = preview_craft.estimator.estimate();
    may_push(&action, &estimate)
        .and_then(|()| may_burn(&action, &estimate, &preview_craft.allocation))
        .map_err(PreviewError::Refused)?;
    let plan = Plan::new(preview_craft.plan_limits, all, segments.len());
    Ok(preview_craft.fly(plan))
}

/// The craft of a preview: stores, heat and limits, without motion.
struct PreviewCraft {
    estimator: Estimator,
    allocation: AllocationStage,
    plan_limits: PlanLimits,
    mode: AllocationMode,
    /// Pulses may be planned for all nozzles together.
    plans_pulses: bool,
    power: PowerSystem,
    exhaust_mps: f64,
    /// Steps between reports of power and of heat.
    report_steps: (u64, u64),
    step: u64,
    /// Electrical energy by cluster since the last step of power, J.
    cluster_j: [f64; CLUSTERS],
    /// Electrical energy by cluster that the power limit has put off to later in the window, J.
    due_j: [f64; CLUSTERS],
    /// Impulse residual: demanded and not given, N·s, body.
    residual_ns: Vector3<f64>,
    result: Preview,
}

impl PreviewCraft {
    fn new(craft: &Craft) -> Result<Self, PreviewError> {
        let parts = parts(craft, STEP_US)?;
        let mode = match craft.control.allocation_mode {
            LoopAllocation::Auto => AllocationMode::Auto,
            LoopAllocation::Adaptive => AllocationMode::Adaptive,
        };
        let longest_s = f64::from(parts.limits().max_on_us) * 1e-6;
        let span_s = f64::from(STEP_US * STEPS_OF_POWER) * 1e-6;
        let steps = |rate_hz: f64| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let steps = (1e6 / (rate_hz * f64::from(STEP_US))).round() as u64;
            steps.max(1)
        };
        let mut preview_craft = Self {
            estimator: Estimator::new(craft, &parts, STEP_US),
            plan_limits: PlanLimits::new(craft, longest_s),
            mode,
            plans_pulses: parts.limits().throttleable == 0 && mode != AllocationMode::Auto,
            allocation: AllocationStage::new(&parts),
            power: PowerSystem::new(&craft.power, &craft.thermal, span_s)?,
            exhaust_mps: craft.mass.isp_s * STANDARD_GRAVITY_MPS2,
            report_steps: (
                steps(craft.sensors.power_rate_hz),
                steps(craft.sensors.thermal_rate_hz),
            ),
            step: 0,
            cluster_j: [0.0; CLUSTERS],
            due_j: [0.0; CLUSTERS],
            residual_ns: Vector3::zeros(),
            result: Preview {
                segments: Vec::new(),
                total: Spent::default(),
                after: Stores::default(),
                cluster_max_c: [f64::NEG_INFINITY; CLUSTERS],
                supercap_min_soc: 1.0,
                limits: Vec::new(),
                end: End::Given,
            },
        };
        preview_craft.report();
        preview_craft.record_extremes();
        Ok(preview_craft)
    }

    fn fly(mut self, mut plan: Plan) -> Preview {
        loop {
            self.report();
            let estimate = self.estimator.estimate();
            let pending_ns = Vector3::zeros();
            let now = burn_conditions(
                &estimate,
                &self.allocation,
                STEP_S,
                self.residual_ns,
                pending_ns,
            );
            let (allocation, mode) = (&mut self.allocation, self.mode);
            let Some(order) = plan.step(&now, |segment| {
                allocation.push_of(segment, now.power_w, &estimate, mode)
            }) else {
                break;
            };
            let thrust_n = plan.push().map_or([0.0; NOZZLES], |push| {
                push.thrust_n(order.force_n.dot(&push.direction).max(0.0))
            });
            let group_only = plan.push().is_some_and(|push| push.group_only);
            let together = !group_only && self.plans_pulses;
            self.advance(&order, &thrust_n, together);
        }
        self.result.end = plan.end().unwrap_or(End::Given);
        self.result.after = self.stores();
        self.result
    }

    /// Feeds the estimator with the reports of a rig, at a rig's rates.
    fn report(&mut self) {
        let mut feedback = Feedback::default();
        for cluster in 0..CLUSTERS {
            feedback.fresh.set(Fresh::valves(cluster));
        }
        if self.step.is_multiple_of(self.report_steps.0) {
            let report = self.power.report();
            feedback.battery_soc = report.battery_soc;
            feedback.supercap_soc = report.supercap_soc;
            feedback.fresh.set(Fresh::POWER);
        }
        if self.step.is_multiple_of(self.report_steps.1) {
            let thermal = self.power.thermal();
            feedback.cluster_temp_c = thermal.clusters().map(|node| node.temp_c());
            let temps_c = thermal.nodes().map(|node| node.watch.temp_c());
            feedback.nodes.set_temps_c(temps_c);
            feedback.fresh.set(Fresh::THERMAL);
            feedback.fresh.set(Fresh::NODES);
        }
        feedback.propellant_kg = self.estimator.propellant_kg;
        let context = FlightContext {
            free: true,
            trials_allowed: false,
            armed: false,
        };
        self.estimator.update_stores(&feedback, context);
    }

    /// One step with these thrusts, N.
    fn advance(&mut self, order: &Order, thrust_n: &[f64; NOZZLES], together: bool) {
        let gross_n: f64 = thrust_n.iter().sum();
        let demanded_kg = gross_n * STEP_S / self.exhaust_mps;
        let propellant_kg = self.estimator.propellant_kg;
        let part = if demanded_kg > propellant_kg {
            propellant_kg / demanded_kg
        } else {
            1.0
        };
        let burnt_kg = demanded_kg * part;
        let mass_kg = self.estimator.estimate().mass_kg - 0.5 * burnt_kg;
        self.estimator.propellant_kg -= burnt_kg;
        let energy_j = self.allocation.mean_w(thrust_n) * STEP_S;
        self.draw(thrust_n, together);
        let force_n: Vector3<f64> = (0..NOZZLES)
            .map(|n| self.allocation.geometry.force_direction(n) * thrust_n[n])
            .sum();
        let dt_s = STEP_S;
        let given_ns = force_n * (part * dt_s);
        self.residual_ns += order.demanded_ns - given_ns;
        self.record(
            order,
            &Spent {
                time_s: dt_s,
                rest_s: if order.resting { dt_s } else { 0.0 },
                delta_v_mps: (given_ns / mass_kg).into(),
                gross_mps: gross_n * part * dt_s / mass_kg,
                propellant_kg: burnt_kg,
                energy_j,
                nozzles: (0..NOZZLES).fold(0, |set, n| set | u16::from(thrust_n[n] > 0.0) << n),
            },
        );
        self.step += 1;
        if self.step.is_multiple_of(u64::from(STEPS_OF_POWER)) {
            self.step_power();
        }
    }

    /// Adds the electrical energy of this step. With `together` all pulses of a window begin at its
    /// start, as planned pulses do; what exceeds the power limit is put off to later in the window.
    #[allow(clippy::cast_precision_loss)]
    fn draw(&mut self, thrust_n: &[f64; NOZZLES], together: bool) {
        let phase = ((self.step % WINDOW_STEPS) as f64 + 0.5) / WINDOW_STEPS as f64;
        for (n, thrust_n) in thrust_n.iter().enumerate() {
            let level = thrust_n / self.allocation.geometry.thrust_max_n[n];
            let open = if together {
                f64::from(u8::from(phase < level))
            } else {
                level
            };
            self.due_j[n / NOZZLES_PER_CLUSTER] += open * self.allocation.nozzle_w[n] * STEP_S;
        }
        let due_j: f64 = self.due_j.iter().sum();
        let part =
            (self.estimator.estimate().power.available_w * STEP_S / due_j.max(1e-9)).min(1.0);
        let drawn_j = self.due_j.map(|due_j| due_j * part);
        for (c, drawn_j) in drawn_j.iter().enumerate() {
            self.cluster_j[c] += drawn_j;
            self.due_j[c] -= drawn_j;
        }
        self.estimator.record_energy(&drawn_j);
    }

    fn step_power(&mut self) {
        let span_s = STEP_S * f64::from(STEPS_OF_POWER);
        let demand = Demand {
            rcs_cluster_w: std::mem::take(&mut self.cluster_j).map(|j| j / span_s),
            ..Demand::default()
        };
        self.power.step(&demand, span_s);
        self.record_extremes();
    }

    /// The hottest that the clusters, and the emptiest that the supercapacitor has been.
    fn record_extremes(&mut self) {
        let result = &mut self.result;
        let supercap_soc = self.power.report().supercap_soc;
        result.supercap_min_soc = result.supercap_min_soc.min(supercap_soc);
        let clusters = self.power.thermal().clusters();
        for (most_c, node) in result.cluster_max_c.iter_mut().zip(clusters) {
            *most_c = most_c.max(node.temp_c());
        }
    }

    fn record(&mut self, order: &Order, spent: &Spent) {
        let at_s = self.result.total.time_s;
        let after = self.stores();
        while self.result.segments.len() <= order.segment {
            self.result.segments.push(SegmentPreview {
                at_s,
                ..SegmentPreview::default()
            });
        }
        self.result.total.add(spent);
        if let Some(segment) = self.result.segments.last_mut() {
            segment.spent.add(spent);
            segment.after = after;
        }
        if order.inhibited_by != Reason::None {
            self.record_limit(order, at_s, spent.time_s);
        }
    }

    fn record_limit(&mut self, order: &Order, at_s: f64, for_s: f64) {
        let same = |hit: &&mut LimitHit| {
            hit.reason == order.inhibited_by
                && hit.rests == order.resting
                && hit.segment == order.segment
                && at_s - (hit.at_s + hit.for_s) < SAME_LIMIT_GAP_S
        };
        let hits = &mut self.result.limits;
        match hits.last_mut().filter(same) {
            Some(hit) => hit.for_s = at_s + for_s - hit.at_s,
            None => hits.push(LimitHit {
                at_s,
                for_s,
                segment: order.segment,
                reason: order.inhibited_by,
                rests: order.resting,
            }),
        }
    }

    fn stores(&self) -> Stores {
        let report = self.power.report();
        Stores {
            propellant_kg: self.estimator.propellant_kg,
            battery_soc: report.battery_soc,
            supercap_soc: report.supercap_soc,
            cluster_temp_c: self.power.thermal().clusters().map(|node| node.temp_c()),
        }
    }
}
