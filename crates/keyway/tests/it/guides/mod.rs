//! The guides, followed word for word: every block of them is done, and every command says what is
//! shown under it.

mod blocks;
mod first_action;
mod index;
mod reader;
mod shown;
