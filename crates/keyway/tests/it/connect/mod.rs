//! `keyway mcp connect`, `disconnect` and `grants`, as a person and as an attacker uses them.

mod canaries;
mod crash;
mod disconnect;
mod keyring;
mod pasted;
mod reconnect;
mod sign_in;
mod step_up;
pub(crate) mod trip;
