use std::fmt;
use std::sync::Arc;

use super::BoxFuture;
use crate::Secret;
use crate::credential::OAuth2;

/// The access tokens of one upstream behind OAuth 2.1.
///
/// Whoever sends requests asks for a token before each one, and reports a refusal. Everything about
/// where tokens come from, how they are kept and renewed stays behind this port.
pub trait TokenSource: Send + Sync {
    /// The token to send next: renewed first when it is about to expire, by one caller at a time.
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, TokenError>>;

    /// A request was answered with 401, or with 403 and `insufficient_scope`. The answer is the
    /// token to repeat the request with, once; an error when there is none.
    fn refused<'a>(
        &'a self,
        refusal: &'a Refusal,
    ) -> BoxFuture<'a, Result<AccessToken, TokenError>>;

    /// Completes when there may be another token than before: a person signed in, here or in
    /// another process. Whoever waits after [`TokenError::SignInRequired`] tries again then.
    fn changed(&self) -> BoxFuture<'_, ()>;
}

/// An access token as it goes into `Authorization: Bearer` (RFC 6750 section 2.1).
#[derive(Debug, Clone)]
pub struct AccessToken(Arc<Secret<String>>);

impl AccessToken {
    /// Wraps a token.
    pub fn new(token: String) -> Self {
        Self(Arc::new(Secret::new(token)))
    }

    /// The token itself.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// A resource server's refusal of a request.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// 401 or 403.
    pub status: u16,
    /// The values of `WWW-Authenticate`, in order (RFC 9110 section 11.6.1).
    pub challenges: Vec<String>,
    /// The token that was sent; `None` when none was.
    pub sent: Option<AccessToken>,
}

/// Why there is no token. The texts are for people, without any secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// A person has to sign in first: nothing was ever granted, or more is needed than was granted.
    #[error("{0}")]
    SignInRequired(String),
    /// What was granted is refused or revoked: a person has to sign in again.
    #[error("{0}")]
    Refused(String),
    /// The authorization server could not be asked. What was granted still holds.
    #[error("{0}")]
    Unreachable(String),
}

/// Hands out the token source of each upstream.
pub trait TokenSources: Send + Sync {
    /// The source for the server `key` of the configuration.
    fn source(&self, key: &str, resource: &ProtectedResource) -> Arc<dyn TokenSource>;
}

/// What the configuration says of an upstream behind OAuth 2.1. Its `Debug` does not show the URL: a
/// secret may have been filled into it.
#[derive(Clone, Default)]
pub struct ProtectedResource {
    /// The MCP endpoint's URL.
    pub url: String,
    /// Scopes to ask for, instead of what the server names.
    pub scopes: Vec<String>,
    /// A client that was registered by hand.
    pub client_id: Option<String>,
    /// Its secret, if it has one.
    pub client_secret: Option<Secret<String>>,
    /// Whose tokens these are: empty for the person's own servers, else a mark of the project file
    /// that names the server. Tokens of one are never used for the other.
    pub profile: String,
    /// The URL of the Client ID Metadata Document to be known by at its authorization server, instead
    /// of the one for all.
    pub client_document: Option<String>,
    /// Its authorization server as somebody described it who is not the operator: nothing near is
    /// trusted for it. `url` is [`OAuth2::home`] then.
    pub server: Option<Arc<OAuth2>>,
}

impl fmt::Debug for ProtectedResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProtectedResource")
            .field("scopes", &self.scopes)
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}
