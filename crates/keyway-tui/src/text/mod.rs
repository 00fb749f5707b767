//! Text as a terminal may get it: cleaned, measured, broken into lines.

mod clean;
mod wrap;

pub use clean::{clean, clean_line};
pub(crate) use wrap::{clip, width, wrap};
