//! `keyway mcp connect`, `disconnect` and `grants`, as a person and as an attacker uses them.

mod canaries;
mod crash;
mod disconnect;
mod pasted;
mod reconnect;
mod sign_in;
mod trip;
