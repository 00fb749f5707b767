use keyway_core::Secret;
use keyway_core::ports::ProtectedResource;
use url::Url;

use crate::SignInRequest;
use crate::discovery::Found;
use crate::identity::{Identity, Origin};

/// A sign-in that a person has to complete at [`Pending::url`]. It holds what the answer is checked
/// against: `state`, the PKCE verifier and the issuer.
pub struct Pending {
    pub(super) key: String,
    pub(super) resource: ProtectedResource,
    pub(super) found: Found,
    pub(super) client: Identity,
    pub(super) redirect_uri: String,
    pub(super) verifier: Secret<String>,
    pub(super) state: Secret<String>,
    pub(super) scopes: Vec<String>,
    /// The scopes of step-ups, which later sign-ins ask for again.
    pub(super) wanted: Vec<String>,
    pub(super) url: Url,
}

impl Pending {
    /// The authorization request to open.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The authorization server's identifier.
    pub fn issuer(&self) -> &str {
        &self.found.server.issuer
    }

    /// The scopes asked for.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// True when a callback URL carries the `state` of this very request, so that a listener lets
    /// every other one pass by. [`Client::complete`](crate::Client::complete) checks the rest.
    pub fn is_answered_by(&self, callback_url: &str) -> bool {
        let request = SignInRequest {
            server: &self.key,
            issuer: self.issuer(),
            scopes: &self.scopes,
            url: self.url.as_str(),
        };
        request.is_answered_by(callback_url)
    }

    pub(super) fn is_registered(&self) -> bool {
        self.client.origin == Origin::Registered
    }
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending")
            .field("server", &self.key)
            .field("issuer", &self.issuer())
            .finish_non_exhaustive()
    }
}
