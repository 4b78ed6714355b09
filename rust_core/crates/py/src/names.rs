//! The words of the power plane and of the nozzles' limits, in the order of their bits.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use qiki_power::{ClusterLimit, Fault, Load, Member, RcsAllowance, RcsLimit, ShedReason};

fn words<T: Member>(word: fn(T) -> &'static str) -> Vec<&'static str> {
    T::ALL.iter().map(|member| word(*member)).collect()
}

pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let allowances = [
        RcsAllowance::StabiliseOnly,
        RcsAllowance::Normal,
        RcsAllowance::Full,
    ];
    for (name, words) in [
        ("POWER_LOADS", words(Load::name)),
        ("SHED_REASONS", words(ShedReason::name)),
        ("POWER_FAULTS", Fault::PLAIN.map(Fault::code).to_vec()),
        ("RCS_LIMITS", words(RcsLimit::code)),
        ("CLUSTER_LIMITS", words(ClusterLimit::code)),
        (
            "RCS_ALLOWANCES",
            allowances.map(RcsAllowance::name).to_vec(),
        ),
    ] {
        module.add(name, PyTuple::new(module.py(), words)?)?;
    }
    Ok(())
}
