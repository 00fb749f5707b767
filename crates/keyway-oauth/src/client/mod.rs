//! The client: signing in, the token sources, forgetting.

mod settings;

use std::sync::Arc;

use keyway_core::ports::{
    AccessToken, BoxFuture, ProtectedResource, Refusal, TokenError, TokenSource, TokenSources,
};

use crate::{Forgotten, GrantInfo, OAuthError, SafeError, SignIn};

pub use settings::{ClientSettings, Parts};

/// The client role of OAuth 2.1: signs in at the authorization servers of upstreams, keeps what they
/// grant, and hands out access tokens. Cheap to clone; clones share everything.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "holds ports only")]
pub struct Client {
    parts: Arc<Parts>,
}

/// A sign-in that a person has to complete at [`Pending::url`].
#[derive(Debug)]
pub struct Pending {
    url: String,
    issuer: String,
    scopes: Vec<String>,
}

impl Pending {
    /// The authorization request to open.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The authorization server's identifier.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The scopes asked for.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// True when a callback URL answers this very request, so that a listener lets others pass by.
    pub fn is_answered_by(&self, _callback_url: &str) -> bool {
        false
    }
}

impl Client {
    /// A client of these parts.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    /// Prepares a sign-in for the server `key`: asks the server for its challenge, finds its
    /// authorization server, and gets a client id there.
    pub async fn begin(
        &self,
        _key: &str,
        _resource: &ProtectedResource,
        _redirect_uri: &str,
    ) -> Result<Pending, OAuthError> {
        Err(later())
    }

    /// Completes a sign-in with the URL the person came back to: checks that it answers this
    /// request, exchanges the code and keeps the grant.
    pub async fn complete(
        &self,
        _pending: Pending,
        _callback_url: &str,
    ) -> Result<GrantInfo, OAuthError> {
        Err(later())
    }

    /// Signs in from beginning to end with a person, and once more with a newly registered client
    /// when the authorization server no longer knows the one it registered before.
    pub async fn connect(
        &self,
        _key: &str,
        _resource: &ProtectedResource,
        _sign_in: &dyn SignIn,
    ) -> Result<GrantInfo, OAuthError> {
        Err(later())
    }

    /// Forgets the grant of a server, revoking it where the authorization server offers that.
    pub async fn forget(
        &self,
        _key: &str,
        _resource: &ProtectedResource,
    ) -> Result<Forgotten, OAuthError> {
        Err(later())
    }

    /// Every grant that is kept, sorted by name. Records that cannot be read are left out.
    pub async fn grants(&self) -> Vec<GrantInfo> {
        let _ = &self.parts;
        Vec::new()
    }
}

impl TokenSources for Client {
    fn source(&self, _key: &str, _resource: &ProtectedResource) -> Arc<dyn TokenSource> {
        Arc::new(Source)
    }
}

struct Source;

impl TokenSource for Source {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, TokenError>> {
        Box::pin(async { Err(TokenError::SignInRequired(String::from("sign in first"))) })
    }

    fn refused<'a>(
        &'a self,
        _refusal: &'a Refusal,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>> {
        self.token()
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

fn later() -> OAuthError {
    OAuthError::Safe(SafeError::Unavailable(String::from("not built yet")))
}
