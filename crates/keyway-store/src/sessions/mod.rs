//! Conversations with agents: who has them, what happened in them, and who runs a turn.

mod approved;
mod archive;
mod begin;
mod claim;
mod events;
mod list;
mod message;
mod purge;
mod session;
mod stop;

pub use approved::{ApprovedLate, approved_key};
pub use archive::Archiving;
pub use begin::NewSession;
pub use claim::{SessionLease, TurnUsage};
pub use events::{NewSessionEvent, SessionEvent};
pub use list::SessionFilter;
pub use message::{QueueMessage, QueuedMessage, WaitingMessage, turn_key};
pub use session::{Session, TurnEnd, UnknownTurnEnd};
pub use stop::AtWork;
