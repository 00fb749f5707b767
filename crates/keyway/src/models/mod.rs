//! The language models of a person, and those of a gateway: which vendors there are, their keys, and
//! the way to them.

mod file;
mod gateway;
#[expect(
    clippy::module_inception,
    reason = "the noun the folder is about has a file of its own"
)]
mod models;
#[cfg(test)]
mod tests;

pub use gateway::GatewayModels;
pub(crate) use models::{Models, key_variables};
