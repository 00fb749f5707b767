//! Development only: Acme, a GitHub, a Jira, a Linear, MCP servers, authorization servers and model servers that behave, and misbehave, on demand.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "part of tests: what cannot go on panics, and peers write what they like"
)]

pub mod acme;
pub mod authorization;
pub mod canaries;
pub mod github;
pub mod jira;
pub mod linear;
pub mod models;
pub mod oidc;
pub mod peers;
pub mod postgres;
pub mod receiver;
pub mod session_bus;
pub mod slack;
pub mod sql;
pub mod tracker;
