//! From a URL to the authorization server that guards it (MCP 2026-07-28, "Authorization Server
//! Discovery").

mod given;
mod locate;
mod probe;
mod resource;
mod server;

pub(crate) use given::given;
pub(crate) use locate::{Found, locate};
pub(crate) use server::{Pkce, Server};
