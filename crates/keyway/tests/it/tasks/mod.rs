//! Calls that MCP clients come back for.

mod asking;
mod kept;
mod kills;
mod life;
mod listening;
mod refusals;
mod world;
