//! What the console says: every text in one place, by key.

mod list;
mod say;

pub use list::{TEXTS, Text};
pub(crate) use say::Texts;

/// What is wrong with the texts: what cannot be read, and keys that are there twice.
pub fn wrong_texts() -> Vec<String> {
    Texts::english().1
}
