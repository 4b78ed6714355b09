//! A whole run in closed loop, without anything between the ticks.
//!
//! A campaign flies thousands of cases and looks at each one only when it is over. So there are
//! no records here and no link: [`fly`] steps plant, faults and controller in the order of the
//! loop process, and writes what a record would hold straight into [`Columns`]. What comes out
//! is, bit for bit, what the same run gives on the simulated rig:
//!
//! * `case.rs` says what a case is: a craft, a controller that may believe in another one, a seed, a
//!   start, and what happens when;
//! * `columns.rs` fills in a row a tick, and carries on what a record would leave out, in the
//!   columns that somebody looks at (`column_selection.rs`);
//! * `flight.rs` is the loop.

mod case;
mod column_selection;
mod columns;
mod flight;

pub use case::{Case, Event, FlightError, TimedEvent};
pub use column_selection::{ColumnSelection, UnknownColumn};
pub use flight::fly;
pub use qiki_messages::Columns;
