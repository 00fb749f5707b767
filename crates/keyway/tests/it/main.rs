//! The gateway's binary and library, from outside.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod agents;
mod approvals;
mod channels;
mod cli;
mod config;
mod connect;
mod connectors;
mod consent;
mod console;
mod dev;
mod guides;
mod http;
mod installs;
mod jobs;
mod local;
mod oauth;
mod pages;
mod serve;
mod servers;
mod storm;
mod support;
mod tasks;
mod transports;
mod trust;
mod vendors;
mod webhook_endpoints;
mod webhooks;
