//! The command line: one file per command.

mod api_keys;
mod approvals;
mod args;
mod ask;
mod audit;
mod call;
mod chat;
mod client;
mod config;
mod confirm;
mod connect;
mod credentials;
mod docs;
mod doctor;
mod failure;
mod hidden;
mod import;
mod invitations;
mod invocation;
mod jobs;
mod json;
mod local;
mod mcp;
mod oauth;
mod organizations;
mod people;
mod policy;
mod projects;
mod run;
mod serve;
mod server;
mod service_accounts;
mod setup_link;
pub(crate) mod sign_in;
mod templates;
mod terminal;
mod users;
mod validate;
mod vault;
mod version;

#[cfg(test)]
pub(crate) use args::Global;
pub(crate) use failure::Failure;
pub(crate) use invocation::Invocation;
pub use run::{run, run_with};
