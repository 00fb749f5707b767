//! The operator's policies: their files.

mod sources;

pub(crate) use sources::{Sources, faults_of};
