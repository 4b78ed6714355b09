//! Two system calls that Python has no door to.

use pyo3::prelude::*;
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::thread::{ClockId, Timespec, clock_nanosleep_absolute, set_current_timer_slack};
use std::num::NonZeroU64;

use crate::error::Result;

/// Sleeps until the monotonic clock shows `deadline_ns`; a signal ends the sleep early.
#[pyfunction]
pub fn wait_until_ns(py: Python<'_>, deadline_ns: i64) {
    let request = Timespec {
        tv_sec: deadline_ns / 1_000_000_000,
        tv_nsec: deadline_ns % 1_000_000_000,
    };
    // The only error is the interruption by a signal, and then the caller looks at its flags.
    let _ = py.detach(|| clock_nanosleep_absolute(ClockId::Monotonic, &request));
}

/// Keeps every page of the process in memory. Raises OSError where that is not permitted.
#[pyfunction]
pub fn lock_memory() -> Result<()> {
    Ok(mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE)?)
}

/// Asks the kernel not to round this thread's wake-ups. Raises OSError where it refuses.
#[pyfunction]
pub fn sharpen_timers() -> Result<()> {
    Ok(set_current_timer_slack(NonZeroU64::new(1))?)
}
