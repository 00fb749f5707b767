//! What calls did and how MCP servers fared, added up over time (ADR 0043).
//!
//! Calls are counted where their events are written down, so that what is counted is what is in the audit
//! log, and a call waits for no counter.

mod counted;
mod health;
mod keep;
mod overview;
mod servers;
mod tally;
mod view;
mod watch;
mod window;

pub(crate) use counted::Counted;
pub(crate) use keep::Stats;
pub use overview::StatsOf;
pub(crate) use tally::Tally;
pub use view::{CallsView, ServerStats, StateChange, StatsPoint, StatsView, ToolStats};
pub use window::{UnknownWindow, Window};
