//! What happened in a session: an append-only list of typed events.

mod event;

pub use event::{Entry, Event, StopReason, Usage};
