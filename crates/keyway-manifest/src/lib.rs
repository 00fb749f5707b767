//! Credentials, apps, actions, agents, MCP servers, resources, prompts and schedules without code.

#![deny(missing_docs)]

mod build;
mod fault;
mod manifest;
pub mod openapi;
mod read;
mod run;
mod spec;
mod template;
#[cfg(test)]
mod testing;

pub use build::{Definitions, Scheduled};
pub use fault::{Fault, Spot};
pub use manifest::Manifest;
