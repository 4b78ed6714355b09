//! The loop: sense, step, write, a row.

use qiki_command::Command;
use qiki_control::{Inputs, Outputs};
use qiki_craft::Feedback;
use qiki_faults::{Fault, Injector};
use qiki_messages::Columns;
use qiki_plant::{Plant, PlantError};

use crate::case::{Case, Event, FlightError, TimedEvent};
use crate::column_selection::ColumnSelection;
use crate::columns::{ColumnWriter, Row};

/// How often the truth of a simulated rig is recorded, Hz; as in the loop process.
const TRUTH_RATE_HZ: f64 = 50.0;

/// Flies a case to its end; the columns that are wanted, the others are empty.
///
/// # Errors
/// [`FlightError`] where the craft or the initial state is unusable; nothing has moved then.
pub fn fly(case: &Case<'_>, wanted: &ColumnSelection) -> Result<Columns, FlightError> {
    let period_us = case.controller.period_us();
    let dt_s = f64::from(period_us) * 1e-6;
    let period_ns = i64::from(period_us) * 1000;
    let mut controller = case.controller.clone();
    let mut plant = Plant::new(case.truth, dt_s, case.seed, &case.initial)?;
    let mut injector = Injector::new(case.seed);
    let mut agenda = Agenda::new(case.timeline);
    let (mut reported, mut feedback) = (Feedback::default(), Feedback::default());
    let mut outputs = Outputs::default();
    let mut writer = ColumnWriter::new(case.ticks, wanted);
    let truth_every = truth_every(period_us);
    for tick in 0..case.ticks {
        for (fault, active) in agenda.faults_due(tick) {
            set_fault(&mut plant, &mut injector, fault, active)?;
        }
        let command = agenda.command_due(tick);
        if injector.is_idle() {
            plant.sense(&mut feedback);
        } else {
            plant.sense(&mut reported);
            injector.filter_feedback(&reported, &mut feedback);
        }
        let truth = (tick % truth_every == 0).then(|| plant.truth());
        let inputs = Inputs {
            tick,
            period_ns,
            feedback: &feedback,
            command,
        };
        controller.step(&inputs, &mut outputs);
        plant.command(&injector.filter_command(&outputs.command));
        writer.push(&Row {
            tick,
            period_ns,
            feedback: &feedback,
            outputs: &outputs,
            truth: truth.as_ref(),
        });
    }
    Ok(writer.finish())
}

/// Begins or ends a fault where it belongs: in the craft, or between it and the controller.
fn set_fault(
    plant: &mut Plant,
    injector: &mut Injector,
    fault: Fault,
    active: bool,
) -> Result<(), PlantError> {
    match fault {
        Fault::Valve { nozzle, fault } => plant.set_valve_fault(nozzle, fault, active)?,
        Fault::Link(fault) => injector.set(fault, active),
    }
    Ok(())
}

/// Ticks from one recorded truth to the next.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn truth_every(period_us: u32) -> u64 {
    (1e6 / f64::from(period_us) / TRUTH_RATE_HZ)
        .round_ties_even()
        .max(1.0) as u64
}

/// What is still to come: every fault that is due, but one command a tick.
struct Agenda<'a> {
    faults: std::iter::Peekable<std::slice::Iter<'a, TimedEvent>>,
    commands: std::iter::Peekable<std::slice::Iter<'a, TimedEvent>>,
}

impl<'a> Agenda<'a> {
    fn new(timeline: &'a [TimedEvent]) -> Self {
        Self {
            faults: timeline.iter().peekable(),
            commands: timeline.iter().peekable(),
        }
    }

    fn faults_due(&mut self, tick: u64) -> impl Iterator<Item = (Fault, bool)> + use<'_, 'a> {
        std::iter::from_fn(move || self.faults.next_if(|event| event.tick <= tick)).filter_map(
            |event| match event.what {
                Event::Fault { fault, active } => Some((fault, active)),
                Event::Command(_) => None,
            },
        )
    }

    fn command_due(&mut self, tick: u64) -> Option<&'a Command> {
        loop {
            let event = self.commands.next_if(|event| event.tick <= tick)?;
            if let Event::Command(command) = &event.what {
                return Some(command);
            }
        }
    }
}
