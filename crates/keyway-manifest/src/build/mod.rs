//! From what manifests say to what a gateway serves.

mod action;
mod agent;
mod check;
mod credential;
mod definitions;
mod prompt;
mod references;
mod resource;
mod server;
#[cfg(test)]
mod tests;

pub use definitions::{Definitions, Scheduled};
