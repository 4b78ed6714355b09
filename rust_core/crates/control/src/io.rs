//! Inputs and outputs of a tick.

use qiki_alloc::{AXES, Solution};
use qiki_burn::BurnProgress;
use qiki_command::{AllocationMode, Command, Mode, REPLIES_MAX, Reason, Reply};
use qiki_craft::{CLUSTERS, Feedback, NOZZLES, ValveCommand};
use qiki_fdir::NozzleFaults;
use qiki_guard::Violation;

/// Inputs of a tick.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Number of the tick.
    pub tick: u64,
    /// Measured since the tick before, ns.
    pub period_ns: i64,
    /// Feedback of the rig.
    pub feedback: &'a Feedback,
    /// The command of this tick.
    pub command: Option<&'a Command>,
}

/// Outputs of a tick.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outputs {
    /// To the rig.
    pub command: ValveCommand,
    /// Why the guard replaced the controller's command by closed valves; None where it did not.
    pub guard_violation: Option<Violation>,
    /// Flight mode.
    pub mode: Mode,
    /// Why motion is inhibited.
    pub inhibit_reason: Reason,
    /// Estimate: m, m/s, world; scalar last; rad/s, body.
    pub position: [f64; 3],
    /// See `position`.
    pub velocity: [f64; 3],
    /// See `position`.
    pub attitude: [f64; 4],
    /// See `position`.
    pub rates: [f64; 3],
    /// Reference: m, world; scalar last.
    pub reference_position: [f64; 3],
    /// See `reference_position`.
    pub reference_attitude: [f64; 4],
    /// What the law demands, N and N·m, body.
    pub wrench_demanded: [f64; AXES],
    /// Result of the allocation.
    pub allocation: Solution<NOZZLES>,
    /// Bit n: nozzle n is out of the allocation.
    pub isolated: u16,
    /// What is known of the nozzles.
    pub faults: NozzleFaults,
    /// The first `reply_count` are valid.
    pub replies: [Reply; REPLIES_MAX],
    /// Replies of this tick.
    pub reply_count: usize,
    /// Age of the oldest navigation value in use, ticks.
    pub nav_age_ticks: u32,
    /// Whether radar and transponder may emit.
    pub emissions_allowed: bool,
    /// What all nozzles together may draw, W.
    pub rcs_power_max_w: f64,
    /// What limits it: bits of `qiki_power::RcsLimit`.
    pub rcs_power_limits: u32,
    /// What the allocated thrusts draw on average, W.
    pub rcs_power_w: f64,
    /// The limits on each cluster: bits of `qiki_power::ClusterLimit`.
    pub cluster_limits: [u8; CLUSTERS],
    /// Bit n: nozzle n may not open.
    pub resting: u16,
    /// The tank holds less than one shortest pulse: no thrust, whatever is allocated.
    pub working_mass_low: bool,
    /// What stands down because the craft is not as described: 1 planned pulses, 2 motion evidence.
    pub model_mismatch: u8,
    /// Progress of a thrust profile; only in BURN.
    pub burn: Option<BurnProgress>,
    /// Allocation mode that was requested.
    pub allocation_requested: AllocationMode,
    /// Allocation mode in effect.
    pub allocation_mode: AllocationMode,
    /// Why the two differ, or why manual override ended by itself.
    pub allocation_reason: Reason,
}
