//! What the macros write, and what they say to mistakes.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

extern crate keyway_core as keyway;

mod actions;
mod credentials;
mod mistakes;
mod seed;
mod support;
