//! Agents that are reached by signed webhooks, end to end.

pub(crate) mod command_line;
mod cut_off;
mod kills;
mod limits;
mod manage;
mod refused;
mod schedules;
mod sessions;
mod timing;
mod why;
pub(crate) mod world;
