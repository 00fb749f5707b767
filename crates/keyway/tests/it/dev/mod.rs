//! `keyway dev`: what is saved is served.

mod dotenv;
mod saving;
pub(crate) mod world;
