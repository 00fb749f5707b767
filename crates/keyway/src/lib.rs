//! The gateway.

// So that what the macros write finds it inside of it, too.
extern crate self as keyway;

pub mod cli;
pub mod config;
mod gateway;
mod local;
mod models;
mod policy;
pub mod serve;
mod servers;

pub use gateway::{Builder, Gateway, Identity};
#[doc(hidden)]
pub use keyway_core::__private;
pub use keyway_core::action::{Annotations, Block, Content, Expose, Format};
pub use keyway_core::credential::CredentialScope;
pub use keyway_core::{
    Action, App, Context, Credential, CredentialDefinition, Error, Kind, Problem, Secret,
};
pub use keyway_macros::{Credential, action, data};

/// The README's program compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
