//! Calls that MCP clients come back for: whose they are, how far they are, what came of them (ADR 0049).

mod begin;
mod end;
mod progress;
mod task;

pub use begin::{BegunTask, NewTask, TaskRoom};
pub use progress::TaskEnd;
pub use task::{StoredTask, TaskState};
