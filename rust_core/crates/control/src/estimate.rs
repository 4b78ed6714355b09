//! Stage 1: what is known of the craft in this tick.
//!
//! [`Estimator`] owns everything that learns from feedback: navigation, nozzle health, heat of the
//! clusters, power and propellant. [`Estimate`] is its result, and all that the later stages see of
//! the feedback.

use qiki_command::Reason;
use qiki_craft::{CLUSTERS, Craft, Feedback, Fresh, NOZZLES, ValveCommand};
use qiki_fdir::{MonitorContext, NodeStatus, NozzleFaults, NozzleHealth, NozzleStatus};
use qiki_gnc::{Navigator, Pose, SensorLimits};
use qiki_power::{HeatStatus, PowerBudget, PowerStatus, Set, ThermalLimiter};

use crate::config::Parts;

/// With less in the tank than this a nozzle may not thrust, however well it works, kg. Four open
/// nozzles of 240 N at 60 s of specific impulse burn 1.6 kg/s, and the tank is reported every 0.1
/// s: 0.16 kg between two reports, rounded up.
const MOTION_EVIDENCE_MIN_KG: f64 = 0.2;

/// What the monitors of the nozzles need to know of the flight.
#[derive(Debug, Clone, Copy)]
pub struct FlightContext {
    /// Nothing but the nozzles moves the craft.
    pub free: bool,
    /// A nozzle may be tried again: a second failure now would do no harm.
    pub trials_allowed: bool,
    /// The nodes should be armed.
    pub armed: bool,
}

/// What is known of the craft in this tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Position, velocity, attitude and rates.
    pub pose: Pose,
    /// Age of the oldest navigation value in use, ticks.
    pub nav_age_ticks: u32,
    /// All navigation values are young enough to fly by.
    pub nav_fresh: bool,
    /// The rates are young enough to damp a tumble, and do not contradict the attitude.
    pub rates_fresh: bool,
    /// Sensors contradict each other or themselves at the moment: too little is known for anything
    /// but holding the attitude.
    pub nav_suspected: bool,
    /// They have done so for so long that one of them is wrong.
    pub nav_conflict: bool,
    /// The loop stood still for longer than a navigation value is good for.
    pub stalled: bool,
    /// With the propellant left, kg.
    pub mass_kg: f64,
    /// The same in the tick before, which the feedback is about.
    pub mass_before_kg: f64,
    /// The tank does not hold one shortest pulse.
    pub tank_empty: bool,
    /// How many valve nodes are in which state.
    pub nodes: NodeStatus,
    /// Which nozzles can be used, and how far.
    pub nozzles: NozzleStatus,
    /// What heat leaves of them.
    pub heat: HeatStatus,
    /// What they may draw.
    pub power: PowerStatus,
}

/// Updates the estimate from feedback and commands.
#[derive(Debug, Clone)]
pub struct Estimator {
    period_us: u32,
    nav_stale_ticks: u32,
    motion_evidence: bool,
    dry_kg: f64,
    /// What the shortest pulse of the strongest nozzle burns, kg.
    pulse_kg: f64,
    thrust_max_n: [f64; NOZZLES],
    /// As last reported, kg.
    pub propellant_kg: f64,
    navigator: Navigator,
    health: NozzleHealth,
    heat: ThermalLimiter,
    power: PowerBudget,
}

impl Estimator {
    /// Nothing is known yet; states of charge and propellant are those of the description.
    pub fn new(craft: &Craft, parts: &Parts, period_us: u32) -> Self {
        let dt_s = f64::from(period_us) * 1e-6;
        let control = &craft.control;
        Self {
            period_us,
            nav_stale_ticks: ticks(control.nav_stale_s, dt_s),
            motion_evidence: control.motion_evidence,
            dry_kg: craft.mass.dry_kg,
            pulse_kg: craft.shortest_pulse_kg(),
            thrust_max_n: parts.geometry.thrust_max_n,
            propellant_kg: craft.mass.propellant_kg,
            navigator: Navigator::new(&SensorLimits::new(craft, &parts.geometry)),
            health: NozzleHealth::new(craft, &parts.geometry, dt_s),
            heat: ThermalLimiter::new(craft, parts.limits.max_on_us, period_us),
            power: PowerBudget::new(
                craft,
                parts.others_w,
                parts.limits.power_max_w,
                ticks(qiki_power::POWER_STALE_S, dt_s),
            ),
        }
    }

    /// One tick: `period_ns` have gone by since the last one.
    pub fn update(
        &mut self,
        feedback: &Feedback,
        period_ns: i64,
        context: FlightContext,
    ) -> Estimate {
        // After a stall the estimate must not jump: it is propagated by five periods at most.
        let ceiling = i64::from(self.period_us) * 5000;
        #[allow(clippy::cast_precision_loss)]
        let dt_s = period_ns.clamp(0, ceiling) as f64 * 1e-9;
        self.navigator.step(feedback, dt_s);
        let mass_before_kg = self.mass_kg();
        let refused = self.navigator.refused();
        if feedback.fresh.without(refused) == feedback.fresh {
            self.update_stores(feedback, context);
        } else {
            let fresh = feedback.fresh.without(refused);
            self.update_stores(&Feedback { fresh, ..*feedback }, context);
        }
        let mut estimate = self.estimate();
        let longest_ns = i64::from(self.nav_stale_ticks) * i64::from(self.period_us) * 1000;
        estimate.stalled = period_ns > longest_ns;
        estimate.mass_before_kg = mass_before_kg;
        estimate
    }

    /// Nozzles, heat, power and propellant, without navigation.
    pub fn update_stores(&mut self, feedback: &Feedback, context: FlightContext) {
        let context = MonitorContext {
            attitude: self.navigator.pose.attitude,
            mass_kg: self.mass_kg(),
            motion_is_evidence: self.motion_evidence
                && context.free
                && !self.navigator.suspected()
                && self.propellant_kg > MOTION_EVIDENCE_MIN_KG,
            trials_allowed: context.trials_allowed,
            armed: context.armed,
        };
        self.health.observe(feedback, &context);
        self.power.observe(feedback);
        self.heat.observe(feedback);
        if feedback.fresh.has(Fresh::POWER) && feedback.propellant_kg.is_finite() {
            self.propellant_kg = feedback.propellant_kg;
        }
    }

    /// What is known now.
    pub fn estimate(&self) -> Estimate {
        let nav_age_ticks = self.navigator.age_ticks();
        Estimate {
            pose: self.navigator.pose,
            nav_age_ticks,
            nav_fresh: nav_age_ticks <= self.nav_stale_ticks,
            rates_fresh: self.navigator.rates_age_ticks() <= self.nav_stale_ticks
                && !self.navigator.rates_in_doubt(),
            nav_suspected: self.navigator.suspected(),
            nav_conflict: self.navigator.conflict(),
            stalled: false,
            mass_kg: self.mass_kg(),
            mass_before_kg: self.mass_kg(),
            tank_empty: self.propellant_kg < self.pulse_kg,
            nodes: self.health.nodes(),
            nozzles: self.nozzles(),
            heat: self.heat.status(),
            power: self.power.status(),
        }
    }

    /// Forgets every fault of a nozzle; arming is a fresh start.
    pub fn forget_faults(&mut self) -> NozzleStatus {
        self.health.reset();
        self.nozzles()
    }

    /// Records what was commanded in this tick.
    pub fn record_command(&mut self, command: &ValveCommand) {
        self.health.record_command(&command.on_time_us);
        self.heat.record_command(command);
    }

    /// A tick goes by in which the nozzles of each cluster draw so much, J: for a craft whose valves
    /// are not commanded.
    pub fn record_energy(&mut self, cluster_j: &[f64; CLUSTERS]) {
        self.heat.record_energy(cluster_j);
    }

    /// What is known of the nozzles.
    pub fn faults(&self) -> NozzleFaults {
        self.health.faults()
    }

    /// Whether motion is no evidence any more because it indicts the model.
    pub fn model_mismatch(&self) -> bool {
        self.health.model_mismatch()
    }

    /// The limits on each cluster: bits of `qiki_power::ClusterLimit`.
    pub fn cluster_limits(&self) -> [u8; CLUSTERS] {
        self.heat.limits().map(Set::bits)
    }

    fn mass_kg(&self) -> f64 {
        self.dry_kg + self.propellant_kg
    }

    fn nozzles(&self) -> NozzleStatus {
        let (full_n, shares) = (&self.thrust_max_n, self.heat.shares());
        NozzleStatus::new(
            self.health.isolated(),
            self.health.stuck_open(),
            std::array::from_fn(|n| full_n[n] * shares[n]),
            full_n,
        )
    }
}

impl Estimate {
    /// Why navigation is nothing to fly by, where that is so.
    pub fn nav_fault(&self) -> Option<Reason> {
        let stale = !self.nav_fresh;
        if self.nav_conflict || stale && self.nav_suspected {
            Some(Reason::NavConflict)
        } else {
            stale.then_some(Reason::NavStale)
        }
    }

    /// What a push takes and is used up, where that is so.
    pub fn spent(&self) -> Option<Reason> {
        let tank = self.tank_empty.then_some(Reason::WorkingMassLow);
        tank.or(self
            .power
            .shortage
            .filter(|reason| *reason == Reason::BatLow))
    }

    /// Why nothing but the attitude can be held, where that is so.
    pub fn stabilise_reason(&self) -> Option<Reason> {
        let conflict = self.nav_suspected.then_some(Reason::NavConflict);
        self.power.shortage.or(conflict)
    }
}

/// How many ticks cover a span of time.
pub(crate) fn ticks(seconds: f64, dt_s: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let ticks = (seconds / dt_s).ceil() as u32;
    ticks
}
