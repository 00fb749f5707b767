//! The console, as a browser sees it.

mod activity;
mod agents;
mod api_keys;
mod apps;
mod clients;
mod events;
mod form;
mod my_access;
mod my_sessions;
mod not_found;
mod people;
mod policy;
mod publications;
mod service_accounts;
mod sessions;
mod settings;
mod walk;
mod webhook_endpoints;
mod world;
