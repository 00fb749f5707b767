//! The templates of the console, and every one of them filled with its samples.

mod samples;
mod templates;

pub use samples::{Sample, samples};
pub use templates::CONSOLE;
