//! Why a call from Python failed, and the exception that it becomes.

use std::fmt::Display;

use pyo3::exceptions::{PyOSError, PyTypeError, PyValueError};
use pyo3::prelude::*;

/// What a binding function returns.
pub(crate) type Result<T> = std::result::Result<T, CoreError>;

/// Why a call failed.
pub(crate) enum CoreError {
    /// An argument cannot be used; says which, what came and what is needed.
    Value(String),
    /// The operating system refused.
    System(rustix::io::Errno),
    /// An object of this class was to be pickled.
    Pickled(&'static str),
    /// Python itself raised.
    Python(PyErr),
}

impl CoreError {
    /// An argument that cannot be used.
    pub(crate) fn value(error: impl Display) -> Self {
        Self::Value(error.to_string())
    }
}

impl From<CoreError> for PyErr {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::Value(text) => PyValueError::new_err(text),
            CoreError::System(errno) => {
                PyOSError::new_err((errno.raw_os_error(), errno.to_string()))
            }
            CoreError::Pickled(class) => PyTypeError::new_err(format!(
                "{class} cannot be pickled: its state is in the core. copy.copy and copy.deepcopy \
                 copy it with its state; in another process make it anew from the same arguments, \
                 and give it the same inputs"
            )),
            CoreError::Python(error) => error,
        }
    }
}

impl From<PyErr> for CoreError {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<rustix::io::Errno> for CoreError {
    fn from(errno: rustix::io::Errno) -> Self {
        Self::System(errno)
    }
}

/// Errors of the crates: each says what was wrong with what it was given.
macro_rules! refusals {
    ($($error:ty),* $(,)?) => {
        $(impl From<$error> for CoreError {
            fn from(error: $error) -> Self {
                Self::value(error)
            }
        })*
    };
}

refusals! {
    prost::DecodeError,
    qiki_alloc::AllocError,
    qiki_campaign::FlightError,
    qiki_campaign::UnknownColumn,
    qiki_control::ConfigError,
    qiki_craft::CraftError,
    qiki_faults::FaultError,
    qiki_maps::MapError,
    qiki_messages::ColumnError,
    qiki_plant::PlantError,
    qiki_preview::PreviewError,
    qiki_pwpf::ParamError,
    qiki_track::RadarError,
}
