//! `keyway chat`: an agent at the terminal that uses the person's own servers.
//!
//! [`command`] reads what was asked for; a [`conductor`] does what a face wants done and tells it
//! what happens; the faces themselves are in `keyway-tui`.

mod command;
mod completing;
mod conductor;
mod connect;
mod faces;
mod sampler;
mod session;
mod slash;
mod world;

pub(crate) use command::{Chat, run};
