//! `keyway call`: an action from the command line, through the same use-case as every other way in.

mod command;
mod flags;
mod input;
mod print;

#[cfg(test)]
mod tests;

pub(crate) use command::{Call, run};
pub(crate) use input::read_text;
pub(crate) use print::block_text;
