//! The operator's policies: their files, and the cases that test them.

mod cases;
mod sources;

pub(crate) use cases::{Cases, access_of};
pub(crate) use sources::{Sources, faults_of};
