//! The way out, against real sockets on this machine.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

mod errors;
mod guard;
mod hosts;
mod library;
mod limits;
mod redirects;
mod sockets;
mod support;
