//! MCP servers that are defined, and reached with the credentials of whoever asks.

mod apart;
mod clashing;
mod ending;
mod lacking;
mod manifest;
mod renewed;
mod shared;
mod world;
