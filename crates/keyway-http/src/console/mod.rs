//! The console: one file or folder a noun, below `/console`. Each noun lists its pages in a function
//! `routes`, and [`routes`](mod@routes) lists the nouns.

mod activity;
mod agents;
mod api_keys;
mod approvals;
mod apps;
mod badges;
mod clients;
mod events;
mod external;
mod form;
mod how_to_connect;
mod integrations;
mod member;
mod my_access;
mod my_connections;
mod my_sessions;
mod nav;
mod not_found;
mod organization;
mod overview;
mod params;
mod people;
mod policy;
mod publications;
mod routes;
mod rows;
mod servers;
mod service_accounts;
mod sessions;
mod settings;
mod show;
mod took;
mod tools;
mod visible;
mod webhook_endpoints;
mod webhooks;

pub(crate) use routes::router;
pub use routes::{Audience, ConsolePath, console_paths};
