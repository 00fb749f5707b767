//! The audit log: what is in it, what is refused without it, and what cannot be altered unseen.

#![expect(
    clippy::cast_possible_wrap,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod altered;
mod calls;
mod cost;
mod keeping;
mod property;
mod refusing;
mod world;
