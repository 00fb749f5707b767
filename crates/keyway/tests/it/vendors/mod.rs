//! Providers end to end: a real gateway, the vendor as it documents itself, and a model that is scripted.

#![expect(
    clippy::large_futures,
    reason = "a whole gateway and its vendor are in each test"
)]

mod github;
pub(crate) mod linear;
mod slack;
mod world;
