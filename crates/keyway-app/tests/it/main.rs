//! The use-cases, on a real database file.

mod actions;
mod api_keys;
mod audit;
mod catalogue;
mod credentials;
mod fake_upstream;
mod fuzz;
mod notices;
mod oauth;
mod paging;
mod people;
mod policy;
mod sealing;
mod setup;
mod support;
mod upstreams;
