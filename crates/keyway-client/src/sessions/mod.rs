//! Sessions on disk: one file of JSON lines for each, which only ever grows.

mod error;
mod files;
mod journal;
mod lines;
mod summary;
#[cfg(test)]
mod tests;

pub use error::SessionError;
pub use files::{Opened, Sessions};
pub use journal::Journal;
pub use lines::Transcript;
pub use summary::Summary;
