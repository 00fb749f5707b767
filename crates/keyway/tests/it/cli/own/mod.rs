//! `keyway mcp call` and its neighbours on the person's own servers.

mod approving;
mod calling;
mod saving;
mod world;
