//! Agents on a gateway: over HTTP, on the command line, and from each other.

mod attacks;
mod bounds;
mod calls;
mod command_line;
mod exposed;
mod followed;
mod guide;
mod kills;
mod manifest;
mod messages;
mod prompted;
mod sessions;
mod tenants;
pub(crate) mod world;
