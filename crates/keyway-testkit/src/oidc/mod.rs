//! An OpenID provider that issues real, signed ID tokens, and misbehaves on demand.

mod endpoints;
mod server;
mod signing;

pub use server::{Lie, OidcServer, Person};
pub use signing::{SigningKey, unsigned};
