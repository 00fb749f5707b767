//! What the console says: every text in one place, by key.

mod list;
mod say;

pub use list::{TEXTS, Text};
pub(crate) use say::Texts;
