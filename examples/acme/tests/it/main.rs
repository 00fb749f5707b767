//! Acme's actions against a server that checks the key.

mod actions;
mod command_line;
mod support;
