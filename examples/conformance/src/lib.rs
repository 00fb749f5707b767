//! The fixture of the official MCP conformance suites (`@modelcontextprotocol/conformance`), built
//! from Keyway actions: every tool, resource and prompt that the server scenarios look for.
//!
//! Each scenario's own description says what it wants; names and texts here are the suites'.

mod actions;

pub use actions::actions;
