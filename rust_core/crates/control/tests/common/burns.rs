//! Thrust profiles on paper and in flight.

use qiki_command::{Action, Mode, Reason, ReplyStatus};
use qiki_craft::Craft;
use qiki_messages::command_from_message;
use qiki_messages::commands as wire;
use qiki_plant::InitialState;
use qiki_preview::{Preview, PreviewError, preview};

use super::*;

pub const AHEAD: [f64; 3] = [1.0, 0.0, 0.0];
pub const LEFT: [f64; 3] = [0.0, 1.0, 0.0];
pub const UP: [f64; 3] = [0.0, 0.0, 1.0];

pub fn on_paper(craft: &Craft, segments: &[wire::ThrustSegment]) -> Result<Preview, PreviewError> {
    let command = command_from_message(&wire::Command {
        command_id: 1,
        source: String::new(),
        action: Some(profile(segments.to_vec())),
    });
    let Some(Action::Burn { segments, count }) = command.action else {
        panic!("a profile")
    };
    preview(craft, &segments[..count])
}

/// What came of a profile.
#[derive(Debug)]
pub struct Flown {
    pub time_s: f64,
    pub delta_v: [f64; 3],
    pub used_kg: f64,
    pub worst_rad: f64,
    pub hottest_c: f64,
    pub said: Vec<(ReplyStatus, Reason)>,
    pub longest_us: u64,
}

pub fn standing(craft: &Craft) -> Loop {
    stand(Loop::from(craft, 2000, &InitialState::default()))
}

/// Armed, holding the pose it has.
pub fn stand(mut l: Loop) -> Loop {
    l.run(0.1);
    l.say(arm());
    l.say(hold());
    l.run(0.5);
    l
}

/// Flies a profile from rest to its end, and half a second more.
pub fn fly(l: &mut Loop, segments: &[wire::ThrustSegment]) -> Flown {
    let before_kg = l.plant.propellant_kg();
    let start = l.plant.truth();
    let id = l.say(profile(segments.to_vec()));
    let first = l.tick;
    let (mut worst_rad, mut hottest_c) = (0.0f64, 0.0f64);
    while l.outputs.mode == Mode::Burn {
        l.step(None);
        let now = l.plant.truth();
        worst_rad = worst_rad.max(angle(now.attitude_xyzw, start.attitude_xyzw));
        hottest_c = l
            .feedback
            .cluster_temp_c
            .into_iter()
            .fold(hottest_c, f64::max);
        assert!(l.tick - first < l.ticks(120.0), "no end: {:?}", l.said(id));
    }
    let time_s = (l.tick - first) as f64 * 0.002;
    l.run(0.5);
    let end = l.plant.truth().velocity_mps_world;
    Flown {
        time_s,
        delta_v: std::array::from_fn(|i| end[i] - start.velocity_mps_world[i]),
        used_kg: before_kg - l.plant.propellant_kg(),
        worst_rad,
        hottest_c,
        said: l.said(id),
        longest_us: l.waves.longest_pulse_us,
    }
}

/// How far a burn may end from the speed on paper, m/s, by the rule of its end
/// (`docs/math/control.md`, Modes): the impulse residual is within 0.5 % of all that was demanded
/// and 0.02 s of its ceiling. Then a shortest pulse of one nozzle may still be open. The residual
/// counts from one velocity fix, whose noise is taken three times.
///
/// Mass that is spent is in both. Errors of attitude, thrust and delays are in the residual,
/// because velocity fixes close it.
pub fn end_tolerance_mps(craft: &Craft, said: &Preview, ceiling_n: f64) -> f64 {
    let nozzle = &craft.thrusters[0];
    let impulse_ns = 0.02 * ceiling_n + nozzle.thrust_max_n * nozzle.min_on_s;
    let fix_mps = 3.0 * craft.sensors.velocity.noise_std;
    0.005 * norm(said.total.delta_v_mps) + impulse_ns / craft.mass.dry_kg + fix_mps
}

/// What `docs/profiles.md` promises of a flight against its preview, m/s.
pub fn promised_mps(said: &Preview) -> f64 {
    0.02 + 0.01 * said.total.gross_mps
}

pub fn confirmed(flown: &Flown) -> bool {
    flown.said.last() == Some(&(ReplyStatus::EffectConfirmed, Reason::None))
}

pub fn inhibits(flown: &Flown) -> Vec<Reason> {
    let inhibited = flown.said.iter().filter(|s| s.0 == ReplyStatus::Inhibited);
    inhibited.map(|s| s.1).collect()
}
