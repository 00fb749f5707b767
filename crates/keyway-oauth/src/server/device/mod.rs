//! Terminals: codes that people type, and what a terminal is told that asks (RFC 8628).

mod code;
mod poll;
mod request;

pub use code::{BadUserCode, UserCode};
pub use poll::{Decision, Poll, Waiting};
pub use request::{DeviceRequest, Shown};
