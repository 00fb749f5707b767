//! The console, as a browser sees it.

mod api_keys;
mod clients;
mod events;
mod form;
mod people;
mod policy;
mod service_accounts;
mod settings;
mod walk;
mod world;
