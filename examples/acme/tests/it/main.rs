//! Acme's actions against a server that checks the key.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

mod actions;
mod canaries;
mod command_line;
mod gateway;
mod process;
mod recorded;
mod support;
