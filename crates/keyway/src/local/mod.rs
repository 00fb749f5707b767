//! The client side put together: the person's own MCP servers and those of the project worked in.
//!
//! Every `keyway mcp …` command without `--server` and the chat run on a [`LocalClient`].

mod calls;
mod client;
mod document;
mod home;
mod idle;
mod options;
mod presented;
mod preview;
mod project;
mod reader;
mod servers;
mod session;
mod skills;
mod source;
mod trust;
mod warnings;
mod watch;

#[cfg(test)]
mod tests;

pub(crate) use calls::Asking;
pub(crate) use client::{LocalClient, egress};
pub(crate) use document::{Digest, Document};
pub(crate) use home::Home;
pub(crate) use options::{Files, Options, Start};
pub(crate) use preview::{Plan, Planned, Preview};
pub(crate) use project::Project;
pub(crate) use servers::Configured;
pub(crate) use servers::ServerStatus;
pub(crate) use skills::plain_up_to;
pub(crate) use source::Source;
pub(crate) use trust::{Trust, write};
pub(crate) use warnings::warnings;
