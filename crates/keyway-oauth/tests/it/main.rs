//! The client role against an authorization server that misbehaves in every way there is, over real
//! sockets: what error it comes to, what is kept, and that nothing secret is said.

#![expect(clippy::expect_used, reason = "tests")]

mod callback;
mod canaries;
mod coverage;
mod discovery;
mod flights;
mod forgetting;
mod fuzz;
mod identity;
mod refreshing;
mod registering;
mod resource;
mod safes;
mod step_up;
mod tokens;
mod world;
