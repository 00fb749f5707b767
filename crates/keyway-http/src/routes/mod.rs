//! One file an endpoint: read the request, ask the application once, write the answer.

pub(crate) mod agents;
pub(crate) mod answer;
pub(crate) mod api_keys;
pub(crate) mod approvals;
pub(crate) mod call_action;
pub(crate) mod channel_events;
pub(crate) mod channel_socket;
pub(crate) mod connectors;
pub(crate) mod credentials;
pub(crate) mod healthz;
pub(crate) mod invitations;
pub(crate) mod jobs;
pub(crate) mod list_actions;
pub(crate) mod list_audit_events;
pub(crate) mod list_channels;
pub(crate) mod list_mcp_servers;
pub(crate) mod mcp_servers;
pub(crate) mod members;
pub(crate) mod metrics;
pub(crate) mod oauth_clients;
pub(crate) mod oauth_grants;
pub(crate) mod organization;
pub(crate) mod policy;
pub(crate) mod projects;
pub(crate) mod prompt_agent;
pub(crate) mod readyz;
pub(crate) mod routed_action;
pub(crate) mod service_accounts;
pub(crate) mod sessions;
pub(crate) mod show_openapi;
pub(crate) mod show_stats;
pub(crate) mod socket;
pub(crate) mod unknown;

mod caller;
mod connector_input;
mod input;
mod listener;
mod listing;

pub(crate) use caller::{Asker, json};
pub(crate) use input::{Id, Input, role};
pub(crate) use listener::Listener;
pub(crate) use listing::{Listing, listed};
