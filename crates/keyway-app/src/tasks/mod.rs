//! Calls that MCP clients are answered by a handle, and come back for: agents, and actions that run in the
//! background (ADR 0049).

mod answer;
mod asks;
mod begin;
mod live;
mod request;
mod run;
mod settings;
mod view;

pub use settings::TaskSettings;

pub(crate) use begin::lasts;
pub(crate) use live::LiveTasks;
