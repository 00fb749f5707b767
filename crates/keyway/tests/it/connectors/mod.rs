//! Remote MCP servers that administrators connect while the gateway runs.

mod attacks;
mod console;
mod lifecycle;
mod probing;
mod processes;
mod reach;
mod refusals;
mod tried;
pub(crate) mod world;
