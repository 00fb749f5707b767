//! The audit log: appended to and read, never changed.

mod block;
mod chain;
mod log;
mod read;

pub use chain::{GENESIS, Hash, checkpoint_text, event_hash};
pub use log::{AuditHead, AuditLog, Durability, NewAuditEvent};
pub use read::{AuditCheckpoint, AuditFilter, AuditRow};
