//! The audit log: appended to and read, never changed.

mod block;
mod chain;
mod log;
mod read;
mod search;

pub use chain::{GENESIS, Hash, checkpoint_text, event_hash};
pub use log::{AuditHead, AuditLog, Durability, NewAuditEvent};
pub use read::{AuditCheckpoint, AuditFilter, AuditRow};
pub use search::AuditFound;
