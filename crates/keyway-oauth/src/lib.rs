//! OAuth 2.1 as Keyway plays it towards the servers it is a client of.
#![allow(dead_code, clippy::unused_async, reason = "the bodies of the client follow")]

mod client;
mod error;
mod info;
mod provider;
mod safe;
mod sign_in;

pub use client::{Client, ClientSettings, Parts, Pending};
pub use error::OAuthError;
pub use info::{Forgotten, GrantInfo, Revocation};
pub use provider::ProviderError;
pub use safe::{Lock, Safe, SafeError};
pub use sign_in::{SignIn, SignInError, SignInRequest};
