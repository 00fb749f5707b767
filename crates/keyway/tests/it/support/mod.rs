pub(crate) mod actions;
pub(crate) mod app;
pub(crate) mod browser;
pub(crate) mod client;
pub(crate) mod engine;
pub(crate) mod log;
pub(crate) mod mcp;
pub(crate) mod people;
pub(crate) mod pty;
mod served;
pub(crate) mod socket;
pub(crate) mod wait;
mod world;

pub(crate) use served::Served;
pub(crate) use world::{Ran, World};
