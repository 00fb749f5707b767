//! A provider, held against what every provider has to do.

mod kit;
mod meaning;
mod proof;
mod request;
mod table;

pub use kit::{ProviderKit, UpperCase};
