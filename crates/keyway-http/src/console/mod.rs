//! The console: one file or folder a noun, below `/console`. Each noun lists its pages in a function
//! `routes`, and [`routes`](mod@routes) lists the nouns.

#![allow(dead_code, reason = "pages of other nouns use it")]

mod approvals;
mod activity;
mod agents;
mod apps;
mod api_keys;
mod badges;
mod clients;
mod events;
mod form;
mod how_to_connect;
mod integrations;
mod member;
mod my_sessions;
mod nav;
mod organization;
mod overview;
mod params;
mod people;
mod policy;
mod routes;
mod sessions;
mod rows;
mod service_accounts;
mod settings;
mod show;
mod took;
mod tools;

pub(crate) use routes::router;
pub use routes::{Audience, ConsolePath, console_paths};
