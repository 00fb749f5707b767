//! A Linear: issues, comments and agent sessions of one workspace, behind the GraphQL and OAuth that Linear
//! documents (<https://linear.app/developers>), and the webhooks it signs.
//!
//! It refuses what Linear refuses: a token it does not know or in the wrong scheme, a field that is not
//! there, an id that is none or is taken, a reply below a reply. It never deduplicates otherwise.

mod authority;
mod document;
mod entity;
mod filter;
mod misbehaviour;
mod mutate;
mod oauth;
mod project;
mod resolve;
mod server;
mod workspace;
mod writer;

pub use misbehaviour::Misbehaviour;
pub use server::{Linear, Received, Signed};
