//! The use-cases, on a real database file.

mod actions;
mod api_keys;
mod approvals;
mod audit;
mod bound;
mod catalogue;
mod channels;
mod connectors;
mod credentials;
mod definitions;
mod fake_upstream;
mod following;
mod fuzz;
mod jobs;
mod notices;
mod oauth;
mod paging;
mod people;
mod policy;
mod rotation;
mod sealing;
mod setup;
mod support;
mod tools;
mod upstreams;
