//! The language models of a person: which vendors there are, their keys, and the way to them.

mod file;
#[expect(
    clippy::module_inception,
    reason = "the noun the folder is about has a file of its own"
)]
mod models;
#[cfg(test)]
mod tests;

pub(crate) use models::{Models, key_variables};
