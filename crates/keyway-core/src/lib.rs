//! What an integration author sees: actions, principals, secrets, errors, and the ports through
//! which the outside world is reached.
//!
//! Nothing in this crate does I/O: the clock, randomness, the network and the caller on the other
//! end of a conversation all come in through the traits in [`ports`].

#![deny(missing_docs)]

pub mod action;
mod error;
pub mod ids;
pub mod json;
pub mod names;
pub mod ports;
mod principal;
pub mod rpc;
mod secret;

pub use action::{Action, Context};
pub use error::{Error, Kind, Problem};
pub use ids::{ApiKeyId, OrgId, RequestId, SessionId, UserId};
pub use principal::{Principal, Subject};
pub use secret::Secret;
