use keyway_core::Secret;
use keyway_core::ports::ProtectedResource;
use serde::{Deserialize, Serialize};
use url::Url;

use super::begin;
use crate::discovery::Found;
use crate::identity::{Identity, Origin};
use crate::{SafeError, SignInRequest, record};

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

    /// Its `state`, to find it by a digest of it when the person comes back.
    pub fn state(&self) -> &Secret<String> {
        &self.state
    }

    /// All that is needed to complete it, to be kept until the person comes back: secret as a whole.
    pub fn record(&self) -> Result<Secret<Vec<u8>>, SafeError> {
        let kept = Kept {
            key: self.key.clone(),
            home: self.resource.url.clone(),
            found: self.found.clone(),
            client: self.client.clone(),
            redirect_uri: self.redirect_uri.clone(),
            verifier: self.verifier.clone(),
            state: self.state.clone(),
            scopes: self.scopes.clone(),
            wanted: self.wanted.clone(),
        };
        record::bytes(&self.key, &kept)
    }

    /// Takes up what [`Pending::record`] made, in whichever process. `None` for what is no record, and
    /// where the resource or the client that is configured for it is no longer the one it was begun
    /// with: neither the code nor the client's secret goes where the other belongs.
    pub fn resume(record: &[u8], resource: ProtectedResource) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(record).ok()?;
        let configured = kept.client.origin == Origin::Configured;
        let same_client = match &resource.client_id {
            Some(id) => configured && kept.client.id == *id,
            None => !configured,
        };
        if kept.home != resource.url || !same_client {
            return None;
        }
        let mut pending = Self {
            key: kept.key,
            resource,
            url: kept.found.server.authorization_endpoint.clone(),
            found: kept.found,
            client: kept.client,
            redirect_uri: kept.redirect_uri,
            verifier: kept.verifier,
            state: kept.state,
            scopes: kept.scopes,
            wanted: kept.wanted,
        };
        pending.url = begin::request(&pending);
        Some(pending)
    }

    pub(super) fn is_registered(&self) -> bool {
        self.client.origin == Origin::Registered
    }
}

/// A sign-in as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    /// The URL of the resource.
    home: String,
    found: Found,
    client: Identity,
    redirect_uri: String,
    #[serde(with = "crate::secret_text")]
    verifier: Secret<String>,
    #[serde(with = "crate::secret_text")]
    state: Secret<String>,
    scopes: Vec<String>,
    wanted: Vec<String>,
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pending")
            .field("server", &self.key)
            .field("issuer", &self.issuer())
            .finish_non_exhaustive()
    }
}
