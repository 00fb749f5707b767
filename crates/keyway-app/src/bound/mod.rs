//! MCP servers that each caller reaches with their own credentials (ADR 0034): a connection, and what
//! it lists, belong to one instance of them and are never another's.

mod bind;
mod connection;
mod consent;
mod opener;
mod overlays;
mod renewing;
mod standing;
mod table;
mod watch;

pub use opener::OpenServer;

pub(crate) use bind::Bound;
pub(crate) use connection::Connection;
pub(crate) use consent::Unconnected;
pub(crate) use overlays::{Overlay, Overlays};
pub(crate) use table::{Connected, Table};
pub(crate) use watch::watch;
