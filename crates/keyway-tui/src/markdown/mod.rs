//! Markdown as lines of a terminal.

mod inline;
mod render;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use render::render;
pub(crate) use table::grid;
