//! The console, as a browser sees it.

mod activity;
mod agents;
mod apps;
mod events;
mod my_sessions;
mod sessions;
mod walk;
mod world;
