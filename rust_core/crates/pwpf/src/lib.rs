//! Pulse-width pulse-frequency modulation (PWPF) of a bank of on/off valves.
//!
//! Per nozzle, with input E in 0..1 (thrust over maximum thrust) and relay output u in {0, 1}:
//!
//! ```text
//! tau df/dt + f = Km (E - u);   u = 1 from f >= Uon,   u = 0 from f <= Uoff
//! ```
//!
//! E is constant inside a tick, so the filter is solved in closed form and each edge is found
//! inside the tick, to the microsecond. Shortest pulse, shortest pause and longest pulse hold
//! across ticks. Since pulses and pauses are longer than a tick, a nozzle has at most one edge
//! in a tick, and its on-time alone says where the edge is (see `ValveCommand`).
//!
//! Source: Krøvel, Optimal Tuning of PWPF Modulator for Attitude Control, NTNU 2005.

mod bank;
mod params;

pub use bank::{Bank, Gate, ValveTimes};
pub use params::{ParamError, Params};
