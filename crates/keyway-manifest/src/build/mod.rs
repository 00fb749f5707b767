//! From what manifests say to what a gateway serves.

mod action;
mod agent;
mod check;
mod credential;
mod definitions;
mod references;
#[cfg(test)]
mod tests;

pub use definitions::Definitions;
