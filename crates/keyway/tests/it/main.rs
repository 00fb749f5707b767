//! The gateway's binary and library, from outside.

mod cli;
mod config;
mod support;
