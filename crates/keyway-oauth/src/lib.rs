//! OAuth 2.1 as Keyway plays it towards the servers it is a client of.

mod safe;

pub use safe::{Lock, Safe, SafeError};
