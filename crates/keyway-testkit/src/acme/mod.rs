//! Acme, the service of the guides: it keeps tickets, for whoever has its key.

mod misbehaviour;
mod server;

pub use misbehaviour::Misbehaviour;
pub use server::{Acme, Received};
