//! Agents on a gateway: over HTTP, on the command line, and from each other.

mod approved;
mod attacks;
mod bounds;
mod calls;
mod command_line;
mod exposed;
mod followed;
mod guide;
mod hostile;
mod kills;
mod left;
mod manifest;
mod messages;
mod prompted;
mod sessions;
mod tenants;
pub(crate) mod world;
