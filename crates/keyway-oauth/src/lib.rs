//! OAuth 2.1 as Keyway plays it: as a client of servers ([`Client`]), as an authorization server
//! ([`server`]), and as a relying party of identity providers ([`oidc`]).

mod address;
mod challenge;
mod client;
mod discovery;
mod error;
mod grant;
mod identity;
mod info;
pub mod jwt;
pub mod oidc;
mod pkce;
mod provider;
mod record;
mod registration;
mod safe;
mod scopes;
mod secret_text;
pub mod server;
mod sign_in;
#[cfg(test)]
mod testing;
mod tokens;
mod url_text;
mod wire;

pub use client::{
    Client, ClientSettings, Granted, Parts, Pending, RenewalFailures, is_client_metadata_url,
};
pub use error::OAuthError;
pub use info::{Forgotten, GrantInfo, Revocation};
pub use provider::ProviderError;
pub use safe::{Lock, Safe, SafeError};
pub use sign_in::{SignIn, SignInError, SignInRequest};
