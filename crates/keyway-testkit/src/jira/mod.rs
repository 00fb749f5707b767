//! A tracker like Jira: it knows one token, moves issues along their transitions, keeps comments, and signs
//! what it tells of.

mod server;
mod state;

pub use server::Jira;
