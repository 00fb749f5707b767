//! Agents that are reached through a provider, and what the provider is installed with (ADR 0044).

mod change;
mod door;
mod publication;
mod schedule;
mod usage;

pub use change::{NewPublication, PublicationChange};
pub use door::Door;
pub use publication::{PublicationFilter, StoredPublication};
pub use usage::{PublicationDay, PublicationMost};

pub(crate) use publication::{COLUMNS, Row, TABLES};
