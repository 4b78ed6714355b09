//! The Python face of the core, `qiki_hil._core`.
//!
//! A binding function checks shapes, borrows, releases the interpreter's lock for long work, calls
//! and converts; it computes nothing. `convert` turns arguments into numbers of the right shape,
//! `error` turns every refusal into its exception. Documentation comments become the docstrings at
//! run time; `qiki_hil/_core.pyi` has the same texts for type checkers and editors, and a test
//! compares the two.

mod allocator;
mod campaign;
mod controller;
mod convert;
mod error;
mod faults;
mod maps;
mod modulator;
mod names;
mod plant;
mod profile;
mod pulses;
mod realtime;
mod records;
mod signals;
mod tracker;

use crc::{CRC_8_SAE_J1850, Crc};
use pyo3::prelude::*;

const J1850: Crc<u8> = Crc::<u8>::new(&CRC_8_SAE_J1850);

/// CRC-8/SAE-J1850 (poly 0x1D, init 0xFF, xorout 0xFF) of `data`.
#[pyfunction]
fn crc8_j1850(data: &[u8]) -> u8 {
    J1850.checksum(data)
}

#[pymodule]
mod _core {
    use super::*;

    #[pymodule_export]
    use super::allocator::{Allocation, Allocator, bench_allocator};
    #[pymodule_export]
    use super::campaign::fly_case;
    #[pymodule_export]
    use super::controller::{ControllerCore, bench_controller_step};
    #[pymodule_export]
    use super::crc8_j1850;
    #[pymodule_export]
    use super::faults::{FaultInjectorCore, check_fault};
    #[pymodule_export]
    use super::maps::{AutoAllocation, MapSet, ThrustMapCore};
    #[pymodule_export]
    use super::modulator::{ModulatorCore, bench_exponentials, bench_modulator_step};
    #[pymodule_export]
    use super::plant::PlantCore;
    #[pymodule_export]
    use super::profile::preview_profile;
    #[pymodule_export]
    use super::pulses::PulseAllocator;
    #[pymodule_export]
    use super::realtime::{lock_memory, sharpen_timers, wait_until_ns};
    #[pymodule_export]
    use super::records::{CycleDecoder, CycleScanner, ReplayCore, decode_cycles};
    #[pymodule_export]
    use super::signals::{Feedback, Truth, ValveCommand};
    #[pymodule_export]
    use super::tracker::TrackerCore;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        use qiki_craft::Fresh;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("MAP_EXACT_FORCE_N", qiki_maps::EXACT_FORCE_N)?;
        module.add("MAP_EXACT_TORQUE_NM", qiki_maps::EXACT_TORQUE_NM)?;
        module.add("MAP_FORCE_TOLERANCE_N", qiki_maps::FORCE_TOLERANCE_N)?;
        module.add("MAP_TORQUE_TOLERANCE_NM", qiki_maps::TORQUE_TOLERANCE_NM)?;
        names::add(module)?;
        faults::add_names(module)?;
        module.add("NOZZLES", qiki_craft::NOZZLES)?;
        module.add("CLUSTERS", qiki_craft::CLUSTERS)?;
        module.add("NODES_MAX", qiki_craft::NODES_MAX)?;
        module.add("RATE_MIN_HZ", 1_000_000 / qiki_craft::PERIOD_MAX_US)?;
        module.add("RATE_MAX_HZ", 1_000_000 / qiki_craft::PERIOD_MIN_US)?;
        module.add("NOZZLES_PER_CLUSTER", qiki_craft::NOZZLES_PER_CLUSTER)?;
        module.add("FRESH_VALVES_0", Fresh::valves(0).0)?;
        module.add("FRESH_RATES", Fresh::RATES.0)?;
        module.add("FRESH_ACCELERATION", Fresh::ACCELERATION.0)?;
        module.add("FRESH_ATTITUDE", Fresh::ATTITUDE.0)?;
        module.add("FRESH_POSITION", Fresh::POSITION.0)?;
        module.add("FRESH_VELOCITY", Fresh::VELOCITY.0)?;
        module.add("FRESH_POWER", Fresh::POWER.0)?;
        module.add("FRESH_POWER_DETAIL", Fresh::POWER_DETAIL.0)?;
        module.add("FRESH_NODES", Fresh::NODES.0)?;
        module.add("FRESH_THERMAL", Fresh::THERMAL.0)
    }
}
