//! Providers against what stands for their vendors, over real sockets.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail the test"
)]

mod fuzz;
mod github;
mod linear;
mod slack;
