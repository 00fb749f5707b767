//! One file an endpoint: read the request, ask the application once, write the answer.

pub(crate) mod call_action;
pub(crate) mod healthz;
pub(crate) mod list_actions;
pub(crate) mod list_audit_events;
pub(crate) mod list_mcp_servers;
pub(crate) mod metrics;
pub(crate) mod readyz;
pub(crate) mod show_openapi;
pub(crate) mod unknown;

mod caller;

pub(crate) use caller::{Asker, json};
