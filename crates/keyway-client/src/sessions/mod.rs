//! Sessions on disk: one file of JSON lines for each, which only ever grows.

mod error;
mod files;
mod journal;
mod lines;
mod sink;
mod summary;
#[cfg(test)]
mod tests;

pub use error::SessionError;
pub use files::{Opened, Sessions};
pub use journal::Journal;
pub use lines::Transcript;
pub use sink::Kept;
pub use summary::Summary;
