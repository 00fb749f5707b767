//! Pages, from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod console;
mod fields;
mod folder;
mod fuzz;
mod pages;
