//! Signing in at OpenID providers (OpenID Connect Core 1.0, code flow with PKCE).

mod ask;
mod pending;
mod service;

pub use service::{Begun, Callback, Completed, ProviderView, Sso};
