//! This gateway's HTTP side, described: an OpenAPI 3.1 document made from the routes and from the
//! actions that are exposed over HTTP.

mod actions;
mod agents;
mod approvals;
mod audit;
mod components;
mod connectors;
mod credentials;
mod deliveries;
mod document;
mod installations;
mod jobs;
mod mcp_servers;
mod oauth;
mod operation;
mod paths;
mod people;
mod policy;
mod publication_limits;
mod publications;
mod routes;
mod sessions;
mod stats;
mod webhook_endpoints;

pub use document::document;
