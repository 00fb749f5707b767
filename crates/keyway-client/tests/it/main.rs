//! What the local client does, against real files, processes and services.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail like tests"
)]

mod approvals;
mod calls;
mod grants;
mod sign_in;
mod skills;
mod wait;
