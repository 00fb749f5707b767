//! What happened, written down so that it cannot be altered unseen (ADR 0023).
//!
//! An [`Event`] is told to the [`Audit`] in one of three ways: [`Audit::change`] around a change of
//! anything an administrator could want to know of, [`Audit::record`] where the event has to be
//! there before one goes on, [`Audit::note`] where nobody may wait.

mod call;
mod checkpoint;
mod counters;
mod entry;
mod event;
mod export;
mod kind;
mod log;
mod mask;
mod outcome;
mod read;
mod record;
mod search;
mod settings;
mod targets;
mod verify;
mod view;
mod who;
mod writer;

pub(crate) use call::{Called, Sent, Touch};
pub use checkpoint::PURPOSE;
pub(crate) use counters::Counters;
pub use entry::{AuditEntry, Decided, Named, SentArguments};
pub use event::Event;
pub use export::Exporting;
pub use kind::{EventKind, UnknownKind};
pub use log::Audit;
pub(crate) use log::AuditParts;
pub(crate) use mask::sha256_hex;
pub use outcome::{Effect, Ended, Outcome};
pub use read::{AuditFilter, AuditPage};
pub use search::{AuditFindings, AuditStanding, AuditStory};
pub use settings::{AuditSettings, Durability};
pub use targets::AuditTargets;
pub use verify::{Broken, Chain, Fault};
pub use view::{AuditEvent, Checkpoint, Line, Unreadable};
pub use who::Who;
