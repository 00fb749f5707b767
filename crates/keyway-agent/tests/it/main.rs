//! The turn loop against real sockets.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod budgets;
mod cancelling;
mod failures;
mod rebuilding;
mod talking;
mod tools;
mod vendors;
mod world;
