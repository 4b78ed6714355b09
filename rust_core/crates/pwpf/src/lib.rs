//! Modulation of a bank of on/off valves: levels of thrust in, pulses out.
//!
//! Four firing rules implement one trait, [`Modulator`]; [`Firing`] is any one of them, and
//! [`Bank`] has all nozzles of a craft, also the throttled ones, which need no rule. Pulse-width
//! pulse-frequency modulation ([`Pwpf`]), per nozzle, with input E in 0..1 (thrust over maximum
//! thrust) and relay output u in {0, 1}:
//!
//! ```text
//! tau df/dt + f = Km (E - u);   u = 1 from f >= Uon,   u = 0 from f <= Uoff
//! ```
//!
//! And the rules that keep an impulse residual ([`ImpulseIntegrator`]: bang-bang with hysteresis,
//! Schmitt, remainder). They have no filter, so the mean thrust is exactly the demanded one:
//!
//! ```text
//! dq/dt = E - u;   u = 1 from q >= open_at,   u = 0 from q <= close_at
//! ```
//!
//! E is constant inside a tick, so both are solved in closed form and each edge is found inside
//! the tick, to the microsecond. Shortest pulse, shortest pause and longest pulse hold across
//! ticks. Since pulses and pauses are longer than a tick, a nozzle has at most one edge in a tick,
//! and its on-time alone says where the edge is (see `ValveCommand`).
//!
//! Sources: Krøvel, Optimal Tuning of PWPF Modulator for Attitude Control, NTNU 2005, for PWPF; the
//! `thrFiringSchmitt` and `thrFiringRemainder` modules of Basilisk for the rules of those names,
//! which work on whole control periods there.

mod bank;
mod firing;
mod gate;
mod impulse_integrator;
mod params;
mod pwpf;
mod rule;
mod throttle;
mod valve;

pub use bank::{Bank, Nozzles};
pub use firing::Firing;
pub use gate::{COUNT_MAX, Gate, Modulator, WideGate};
pub use impulse_integrator::{ImpulseIntegrator, IntegratorRule, Thresholds};
pub use params::{ParamError, Params};
pub use pwpf::Pwpf;
pub use valve::ValveTimes;
