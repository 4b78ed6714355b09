//! Commands as the controller takes them: decoded, checked, in plain numbers.

use nalgebra::{Quaternion, UnitQuaternion, Vector3};
use qiki_messages::commands as wire;

use crate::allocation::AllocationMode;
use crate::manual::Firing;
use crate::modes::Mode;

/// Segments a thrust profile may have.
pub(crate) const SEGMENTS_MAX: usize = 32;

/// A body axis with its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// +X.
    Forward,
    /// -X.
    Aft,
    /// +Y.
    Port,
    /// -Y.
    Starboard,
    /// +Z.
    Up,
    /// -Z.
    Down,
}

impl Axis {
    /// Unit vector, body.
    #[must_use]
    pub fn direction(self) -> Vector3<f64> {
        match self {
            Self::Forward => Vector3::x(),
            Self::Aft => -Vector3::x(),
            Self::Port => Vector3::y(),
            Self::Starboard => -Vector3::y(),
            Self::Up => Vector3::z(),
            Self::Down => -Vector3::z(),
        }
    }
}

/// Where to go; what is None is kept as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    /// m, world.
    pub position: Option<Vector3<f64>>,
    /// Body to world.
    pub attitude: Option<UnitQuaternion<f64>>,
}

/// A set of the thrust map that pushes along a body axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// The full thrust group, not the zero-torque translation set.
    pub full: bool,
    /// Where it pushes.
    pub axis: Axis,
}

impl Group {
    fn from_wire(value: wire::ThrustGroup) -> Option<Self> {
        use wire::ThrustGroup as Wire;
        let (full, axis) = match value {
            Wire::ZttForward => (false, Axis::Forward),
            Wire::ZttAft => (false, Axis::Aft),
            Wire::ZttPort => (false, Axis::Port),
            Wire::ZttStarboard => (false, Axis::Starboard),
            Wire::ZttUp => (false, Axis::Up),
            Wire::ZttDown => (false, Axis::Down),
            Wire::FtgForward => (true, Axis::Forward),
            Wire::FtgAft => (true, Axis::Aft),
            Wire::FtgPort => (true, Axis::Port),
            Wire::FtgStarboard => (true, Axis::Starboard),
            Wire::FtgUp => (true, Axis::Up),
            Wire::FtgDown => (true, Axis::Down),
            Wire::Unspecified => return None,
        };
        Some(Self { full, axis })
    }
}

/// What a segment pushes along, or with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// Any nozzles, along a unit vector, body.
    Direction(Vector3<f64>),
    /// The nozzles of a set and no others.
    Group(Group),
}

/// One piece of a burn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// s.
    pub duration_s: f64,
    /// Part of the attainable force, 0..1.
    pub level: f64,
    /// What it pushes along, or with.
    pub target: Target,
    /// Linear ramp at the start, s.
    pub ramp_in_s: f64,
    /// Linear ramp at the end, s.
    pub ramp_out_s: f64,
}

impl Segment {
    /// No time at all: what the places of a profile hold that are not in use.
    pub(crate) const IDLE: Self = Self {
        duration_s: 0.0,
        level: 0.0,
        target: Target::Direction(Vector3::new(1.0, 0.0, 0.0)),
        ramp_in_s: 0.0,
        ramp_out_s: 0.0,
    };

    /// Part of the attainable force `t` seconds into the segment.
    #[must_use]
    pub fn level_at(&self, t: f64) -> f64 {
        let rising = if self.ramp_in_s > 0.0 {
            t / self.ramp_in_s
        } else {
            1.0
        };
        let left = self.duration_s - t;
        let falling = if self.ramp_out_s > 0.0 {
            left / self.ramp_out_s
        } else {
            1.0
        };
        self.level * rising.min(falling).clamp(0.0, 1.0)
    }
}

/// What is asked for. The segments of a burn are held in place, so that taking a command
/// allocates nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Let the valves be commanded.
    Arm,
    /// Close the valves and be silent.
    Disarm,
    /// Rate damping only.
    Safe,
    /// Stop all motion.
    Brake,
    /// Hold the pose of this moment.
    Hold,
    /// Go to a pose.
    GoTo(Goal),
    /// Burn open loop, attitude held: `count` segments.
    Burn {
        /// The segments, the first `count` of them.
        segments: [Segment; SEGMENTS_MAX],
        /// Segments in use, at least one.
        count: usize,
    },
    /// End a burn, drift on.
    StopThrust,
    /// Go to a mode.
    SetMode(Mode),
    /// Go to an allocation mode.
    SetAllocation {
        /// The mode.
        mode: AllocationMode,
        /// What is hazardous is confirmed.
        confirmed: bool,
    },
    /// Open nozzles by hand.
    Fire {
        /// Which ones, how long.
        firing: Firing,
        /// What is hazardous is confirmed.
        confirmed: bool,
    },
}

/// A decoded command.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Its number within the run.
    pub id: u64,
    /// None where the message is not a valid command.
    pub action: Option<Action>,
}

fn vector(v: wire::Vector3) -> Option<Vector3<f64>> {
    let vector = Vector3::new(v.x, v.y, v.z);
    vector.iter().all(|c| c.is_finite()).then_some(vector)
}

fn rotation(q: wire::Quaternion) -> Option<UnitQuaternion<f64>> {
    let quaternion = Quaternion::new(q.w, q.x, q.y, q.z);
    let norm = quaternion.norm();
    ((norm - 1.0).abs() < 1e-3).then(|| UnitQuaternion::from_quaternion(quaternion))
}

fn goal(message: &wire::GoToPose) -> Option<Goal> {
    let position = message.position_m_world.map(vector);
    let attitude = message.attitude_xyzw.map(rotation);
    if position == Some(None)
        || attitude == Some(None)
        || (position.is_none() && attitude.is_none())
    {
        return None;
    }
    Some(Goal {
        position: position.flatten(),
        attitude: attitude.flatten(),
    })
}

fn axis(value: wire::BodyAxis) -> Option<Axis> {
    match value {
        wire::BodyAxis::Forward => Some(Axis::Forward),
        wire::BodyAxis::Aft => Some(Axis::Aft),
        wire::BodyAxis::Port => Some(Axis::Port),
        wire::BodyAxis::Starboard => Some(Axis::Starboard),
        wire::BodyAxis::Up => Some(Axis::Up),
        wire::BodyAxis::Down => Some(Axis::Down),
        wire::BodyAxis::Unspecified => None,
    }
}

fn ratio(value: f64) -> Option<f64> {
    (0.0..=1.0).contains(&value).then_some(value)
}

fn duration(value: f64) -> Option<f64> {
    (value > 0.0 && value <= 3600.0).then_some(value)
}

/// A direction or a group, and exactly one of them.
fn target(message: &wire::ThrustSegment) -> Option<Target> {
    let group = wire::ThrustGroup::try_from(message.group).ok()?;
    match (message.direction_body, Group::from_wire(group)) {
        (Some(given), None) => {
            let direction = vector(given)?;
            let unit = (direction.norm() - 1.0).abs() < 1e-3;
            unit.then(|| Target::Direction(direction.normalize()))
        }
        (None, Some(group)) => Some(Target::Group(group)),
        _ => None,
    }
}

fn segment(message: &wire::ThrustSegment) -> Option<Segment> {
    let duration_s = duration(message.duration_s)?;
    let target = target(message)?;
    let ramps = message.ramp_in_s + message.ramp_out_s;
    let ramps_fit = message.ramp_in_s >= 0.0 && message.ramp_out_s >= 0.0 && ramps <= duration_s;
    ramps_fit.then_some(Segment {
        duration_s,
        level: ratio(message.level_ratio)?,
        target,
        ramp_in_s: message.ramp_in_s,
        ramp_out_s: message.ramp_out_s,
    })
}

fn burn(given: &[wire::ThrustSegment]) -> Option<Action> {
    if given.is_empty() || given.len() > SEGMENTS_MAX {
        return None;
    }
    let mut segments = [Segment::IDLE; SEGMENTS_MAX];
    for (slot, message) in segments.iter_mut().zip(given) {
        *slot = segment(message)?;
    }
    Some(Action::Burn {
        segments,
        count: given.len(),
    })
}

fn fire(message: &wire::FireAxis) -> Option<Action> {
    let mut segments = [Segment::IDLE; SEGMENTS_MAX];
    segments[0] = Segment {
        duration_s: duration(message.duration_s)?,
        level: ratio(message.level_ratio)?,
        target: Target::Direction(axis(message.axis())?.direction()),
        ..Segment::IDLE
    };
    Some(Action::Burn { segments, count: 1 })
}

fn by_hand(message: &wire::FireNozzles) -> Option<Action> {
    let firing = Firing {
        nozzles: bits(&message.nozzles)?,
        level: ratio(message.level_ratio).filter(|level| *level > 0.0)?,
        duration_s: duration(message.duration_s)?,
    };
    Some(Action::Fire {
        firing,
        confirmed: message.confirmed,
    })
}

/// Nozzles as bits; none where a number is too large or comes twice, or where there are none.
fn bits(nozzles: &[u32]) -> Option<u16> {
    let mut mask = 0u16;
    for &nozzle in nozzles {
        let bit = 1u16.checked_shl(nozzle).filter(|bit| mask & bit == 0)?;
        mask |= bit;
    }
    (mask != 0).then_some(mask)
}

impl Command {
    /// Reads a command message; a message that makes no sense keeps its number and has no action.
    #[must_use]
    pub fn from_wire(message: &wire::Command) -> Self {
        use wire::command::Action as Wire;
        let action = match &message.action {
            Some(Wire::Arm(_)) => Some(Action::Arm),
            Some(Wire::Disarm(_)) => Some(Action::Disarm),
            Some(Wire::Safe(_)) => Some(Action::Safe),
            Some(Wire::Brake(_)) => Some(Action::Brake),
            Some(Wire::HoldPose(_)) => Some(Action::Hold),
            Some(Wire::GoToPose(m)) => goal(m).map(Action::GoTo),
            Some(Wire::FireAxis(m)) => fire(m),
            Some(Wire::StopThrust(_)) => Some(Action::StopThrust),
            Some(Wire::ThrustProfile(m)) => burn(&m.segments),
            Some(Wire::SetMode(m)) => Mode::from_wire(m.mode).map(Action::SetMode),
            Some(Wire::SetAllocationMode(m)) => {
                AllocationMode::from_wire(m.mode).map(|mode| Action::SetAllocation {
                    mode,
                    confirmed: m.confirmed,
                })
            }
            Some(Wire::FireNozzles(m)) => by_hand(m),
            None => None,
        };
        Self {
            id: message.command_id,
            action,
        }
    }
}
