//! Conversations with agents: who has them, what happened in them, and who runs a turn.

mod begin;
mod claim;
mod events;
mod list;
mod session;

pub use begin::NewSession;
pub use claim::{SessionLease, TurnUsage};
pub use events::{NewSessionEvent, SessionEvent};
pub use list::SessionFilter;
pub use session::{Session, TurnEnd, UnknownTurnEnd};
