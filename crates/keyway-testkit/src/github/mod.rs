//! A GitHub: apps made of manifests, installations and their tokens, repositories with issues, pull requests and
//! git data, and signed webhooks. It checks what it is sent as GitHub documents it, never takes two requests for
//! one, and misbehaves on demand.

mod answer;
mod apps;
mod browser;
mod discussions;
mod git;
mod guard;
mod issues;
mod key;
mod manifest;
mod misbehaviour;
mod permissions;
mod pulls;
mod reactions;
mod repository;
mod server;
mod state;
mod teams;
mod web;
mod webhooks;
mod world;

pub use browser::visit;
pub use key::AppKey;
pub use misbehaviour::Misbehaviour;
pub use server::{GitHub, Received};
pub use webhooks::{Payloads, Signed};
