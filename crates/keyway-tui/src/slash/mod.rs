//! Lines that begin with `/`: what they mean, and how they can go on.

mod complete;
mod parse;
#[cfg(test)]
mod tests;

pub(crate) use complete::{Choice, asks, choices};
pub use parse::{Command, HELP, Line, parse};
