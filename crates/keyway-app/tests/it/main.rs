//! The use-cases, on a real database file.

mod api_keys;
mod setup;
mod support;
