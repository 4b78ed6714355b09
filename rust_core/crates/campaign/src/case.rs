//! What a case is, and why one cannot be flown.

use prost::Message;
use qiki_command::Command;
use qiki_control::GuardedController;
use qiki_craft::Craft;
use qiki_faults::Fault;
use qiki_messages::command_from_message;
use qiki_messages::commands;
use qiki_plant::{InitialState, PlantError};

/// Something that is due at the start of a tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The tick.
    pub tick: u64,
    /// What it is.
    pub what: Happening,
}

/// What can be due.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
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

impl Happening {
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
    /// As it is before its first tick, made from the craft that it believes in. Its tick is the
    /// loop's.
    pub controller: &'a GuardedController,
    /// Seed of the sensors' errors and of the lost reports.
    pub seed: u64,
    /// Where the craft begins.
    pub initial: InitialState,
    /// Ticks to fly.
    pub ticks: u64,
    /// What happens, in order of time.
    pub timeline: &'a [Event],
}

/// Why a case cannot be flown: the dispersed craft is none that can be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("craft that flies: {0}")]
pub struct FlightError(#[from] PlantError);
