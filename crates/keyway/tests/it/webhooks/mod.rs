//! Agents that are reached by signed webhooks, end to end.

pub(crate) mod command_line;
mod kills;
mod manage;
mod refused;
mod sessions;
mod why;
pub(crate) mod world;
