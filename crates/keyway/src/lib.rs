//! The gateway.

pub mod cli;
pub mod config;
mod gateway;
mod local;
mod models;
mod policy;
pub mod serve;
mod servers;

pub use gateway::{Builder, Gateway, Identity};
pub use keyway_core::action::{Annotations, Block, Content, Expose, Format};
pub use keyway_core::{Action, Channel, Context, Error, Kind, Problem, Secret};

/// The README's program compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
