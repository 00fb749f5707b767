//! A third party that providers are installed at: it has workspaces, asks people to agree, gives codes for tokens
//! (RFC 6749 with PKCE) whose refresh tokens are good once, and takes keys.

mod server;
mod state;

pub use server::Tracker;
