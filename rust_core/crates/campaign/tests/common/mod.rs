//! What the tests share.

#[path = "../../../control/tests/common/references.rs"]
pub mod references;
