//! Command messages decoded into checked, plain numbers.

use nalgebra::{Quaternion, UnitQuaternion, Vector3};
use qiki_command::{Action, AllocationMode, Axis, Command, Firing, Goal, Group, Mode};
use qiki_command::{SEGMENTS_MAX, Segment, Target};

use crate::commands as wire;

fn group(value: wire::ThrustGroup) -> Option<Group> {
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
    Some(Group { full, axis })
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
    match (message.direction_body, self::group(group)) {
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

/// Decodes a command message. An invalid message keeps its number and has no action, so that it
/// can be rejected by number.
#[must_use]
pub fn command_from_message(message: &wire::Command) -> Command {
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
    Command {
        id: message.command_id,
        action,
    }
}
