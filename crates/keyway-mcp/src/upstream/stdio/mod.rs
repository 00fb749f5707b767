//! Servers that are child processes, spoken to over their standard streams.

mod group;
mod lines;
mod process;
mod stderr;

pub(super) use process::start;
