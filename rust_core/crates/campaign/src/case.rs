//! What a case is, and why one cannot be flown.

use prost::Message;
use qiki_command::Command;
use qiki_control::GuardedController;
use qiki_craft::Craft;
use qiki_faults::Fault;
use qiki_messages::command_from_message;
use qiki_messages::commands;
use qiki_plant::{InitialState, PlantError};

/// An event that is due at the start of a tick.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedEvent {
    /// The tick.
    pub tick: u64,
    /// What is due.
    pub what: Event,
}

/// A command or a fault.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The controller is asked for something.
    Command(Command),
    /// A fault begins, or ends.
    Fault {
        /// Which.
        fault: Fault,
        /// False where it ends.
        active: bool,
    },
}

impl Event {
    /// The command of an encoded `qiki.commands.v1.Command`.
    ///
    /// # Errors
    /// What protobuf says of bytes that are something else.
    pub fn command(bytes: &[u8]) -> Result<Self, prost::DecodeError> {
        let message = commands::Command::decode(bytes)?;
        Ok(Self::Command(command_from_message(&message)))
    }
}

/// One run of a campaign.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The craft that flies.
    pub truth: &'a Craft,
    /// The controller before its first tick, made from the nominal craft. Its period is that of
    /// the loop.
    pub controller: &'a GuardedController,
    /// Seed of the sensors' errors and of the lost reports.
    pub seed: u64,
    /// Where the craft begins.
    pub initial: InitialState,
    /// Ticks to fly.
    pub ticks: u64,
    /// Commands and faults, in order of time.
    pub timeline: &'a [TimedEvent],
}

/// Why a case cannot be flown: the plant refuses the dispersed craft or its initial state.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("craft that flies: {0}")]
pub struct FlightError(#[from] PlantError);
