//! Scenes: targets that come, move, turn and go, and what a radar says of them.

use std::f64::consts::{PI, TAU};

use nalgebra::{Rotation3, Vector3};
use qiki_track::{Detection, RadarModel};

use super::{Dice, polar};

pub const FRAME_S: f64 = 0.2;

/// One target: flies straight, or turns about its axis.
#[derive(Debug, Clone, Copy)]
pub struct Flier {
    pub place: Vector3<f64>,
    pub speed: Vector3<f64>,
    pub turn: Vector3<f64>,
}

impl Flier {
    /// Anywhere within the field of view, at 30 to 140 m/s.
    pub fn anywhere(dice: &mut Dice, radar: &RadarModel) -> Self {
        let place = super::cartesian(&Detection {
            range_m: dice.within(0.2 * radar.range_max_m, 0.9 * radar.range_max_m),
            bearing_rad: dice.within(0.0, TAU),
            elev_rad: dice.within(0.8 * radar.elev_min_rad, 0.8 * radar.elev_max_rad),
            vr_mps: 0.0,
        });
        let speed = dice.vector(1.0).normalize() * dice.within(30.0, 140.0);
        Self {
            place,
            speed,
            turn: Vector3::zeros(),
        }
    }

    pub fn fly(&mut self) {
        self.place += self.speed * FRAME_S;
        self.speed = Rotation3::from_scaled_axis(self.turn * FRAME_S) * self.speed;
    }
}

/// A frame: each target with the probability of detection, and clutter (its mean number, the nearest
/// whole one), not in the order of targets.
pub fn frame(dice: &mut Dice, radar: &RadarModel, fliers: &[Flier]) -> Vec<Detection> {
    let mut seen = Vec::new();
    for flier in fliers {
        if dice.unit() < radar.prob_detection {
            seen.push(dice.seen(radar, &polar(&flier.place, &flier.speed)));
        }
    }
    for _ in 0..radar.clutter_per_frame.round() as usize {
        seen.push(Detection {
            range_m: dice.within(radar.range_min_m, radar.range_max_m),
            bearing_rad: dice.within(-PI, PI),
            elev_rad: dice.within(radar.elev_min_rad, radar.elev_max_rad),
            vr_mps: dice.within(-radar.vr_max_mps, radar.vr_max_mps),
        });
    }
    for n in (1..seen.len()).rev() {
        seen.swap(n, dice.below(n + 1));
    }
    seen
}
