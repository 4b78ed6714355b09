//! The simulated craft, one fixed step at a time.
//!
//! A [`Plant`] takes one [`ValveCommand`](qiki_craft::ValveCommand) per tick and moves ahead:
//!
//! ```text
//! command -> valves -> thrust -> rigid body   every tick
//!              |          `-> propellant, centre of mass, inertia
//!              `-> electrical energy -> power -> heat   50 times a second
//! sensors look at the result whenever their schedule says so
//! ```
//!
//! * `valve`: command edges, delays, slewing thrust; exact inside the tick.
//! * `valve_fault`: what can be wrong with a valve, and faults that are on at the same time.
//! * `propulsion`: sixteen valves, the wrench they give and the propellant they take.
//! * [`rigid`]: Newton and Euler about the centre of mass, classical Runge-Kutta.
//! * `mass`: centre of mass and inertia while the tank empties.
//! * `power`: storage, buses and heat, by the crate `qiki-power`.
//! * `schedule`, `sensors`, `noise`: what is reported when, and with which error.
//! * `random`: the generator behind every number that is drawn.
//!
//! Time and chance are arguments: the same craft, step, seed and commands give the same bits.
//! Nothing is allocated after [`Plant::new`]. Equations and limits: `docs/math/plant.md`.

mod algebra;
mod error;
mod mass;
mod noise;
mod plant;
mod power;
mod propulsion;
mod random;
pub mod rigid;
mod schedule;
mod sensors;
mod valve;
mod valve_fault;

pub use error::PlantError;
pub use plant::{InitialState, Plant};
pub use power::PowerState;
pub use random::RandomStream;
pub use valve_fault::ValveFault;
