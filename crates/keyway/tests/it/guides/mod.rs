//! The guides, followed word for word: every block of them is done, and every command says what is
//! shown under it.

mod agent;
mod blocks;
mod credentials;
mod first_action;
mod in_rust;
mod index;
mod openapi;
mod provider;
mod reader;
mod service;
mod shown;
mod testing;
