//! Providers that are installed in a browser or with secrets, end to end.

mod app_wide;
mod attempts;
mod command_line;
mod connect;
mod elsewhere;
mod manage;
mod oauth;
mod provider;
mod rotation;
mod setup_links;
mod tokens;
pub(crate) mod world;
