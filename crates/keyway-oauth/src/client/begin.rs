use keyway_core::credential::{OAuth2, Quirks};
use keyway_core::ports::ProtectedResource;

use super::handle::Inner;
use super::pending::Pending;
use super::settings::is_client_metadata_url;
use crate::discovery::{Found, Pkce, given, locate};
use crate::grant::{Grant, record_name};
use crate::identity::{Identity, Origin};
use crate::registration::{Slot, Wish};
use crate::scopes::{Choice, union};
use crate::wire::Wire;
use crate::{OAuthError, SafeError, pkce, record};

/// A sign-in about to begin.
pub(super) struct Beginning<'a> {
    pub(super) inner: &'a Inner,
    pub(super) key: &'a str,
    pub(super) resource: &'a ProtectedResource,
    pub(super) redirect_uri: &'a str,
    /// The scopes a call needs.
    pub(super) wanted: Vec<String>,
}

impl Beginning<'_> {
    pub(super) async fn run(self) -> Result<Pending, OAuthError> {
        let wire = self.inner.wire(&self.resource.url, self.resource)?;
        if let Some(server) = &self.resource.server
            && server.found_at.is_none()
        {
            return self.described(&wire, server).await;
        }
        let name = record_name(self.key, &self.resource.profile);
        let earlier = self.inner.challenges.lock().get(&name).cloned();
        let found = locate(&wire, earlier, Pkce::Demanded).await?;
        let before = self.before(&name).await?;
        // What was wanted from another authorization server says nothing about this one.
        let earlier = before
            .as_ref()
            .filter(|grant| grant.issuer == found.server.issuer)
            .map(|grant| grant.wanted.clone());
        let wanted = union([earlier.unwrap_or_default(), self.wanted.clone()]);
        let choice = Choice {
            challenged: &found.challenged,
            configured: &self.resource.scopes,
            supported: &found.supported,
            wanted: &wanted,
            offered: &found.server.scopes,
        };
        let scopes = choice.select();
        let client = self.client(&wire, &found, before.as_ref(), &scopes).await?;
        Ok(self.pending(found, client, scopes, wanted))
    }

    /// At an authorization server that was described: nothing is found out by asking a resource, and
    /// the client is the one that is configured.
    async fn described(&self, wire: &Wire<'_>, server: &OAuth2) -> Result<Pending, OAuthError> {
        let found = given(wire, server).await?;
        let methods = found.server.auth_methods.as_deref();
        let client = Identity::configured(self.resource, methods)
            .ok_or_else(|| OAuthError::ClientIdNeeded(found.server.issuer.clone()))?;
        let scopes = server.scopes.clone();
        Ok(self.pending(found, client, scopes, Vec::new()))
    }

    /// A sign-in that waits for the browser to come back.
    fn pending(
        &self,
        found: Found,
        client: Identity,
        scopes: Vec<String>,
        wanted: Vec<String>,
    ) -> Pending {
        let random = &*self.inner.parts.random;
        let mut pending = Pending {
            key: self.key.to_owned(),
            resource: self.resource.clone(),
            url: found.server.authorization_endpoint.clone(),
            redirect_uri: self.redirect_uri.to_owned(),
            verifier: pkce::nonce(random),
            state: pkce::nonce(random),
            client,
            found,
            scopes,
            wanted,
        };
        pending.url = request(&pending);
        pending
    }

    /// The grant for the same URL, if there is one. A record that cannot be read does not keep
    /// anyone from signing in anew.
    async fn before(&self, name: &str) -> Result<Option<Grant>, OAuthError> {
        match record::read::<Grant>(&*self.inner.parts.safe, name).await {
            Ok(grant) => Ok(grant.filter(|grant| grant.unfit(self.resource).is_none())),
            Err(SafeError::Corrupt(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Who we are to the authorization server: configured, our metadata document where the server
    /// takes one, else registered dynamically (MCP 2026-07-28, "Client Registration").
    async fn client(
        &self,
        wire: &Wire<'_>,
        found: &Found,
        before: Option<&Grant>,
        scopes: &[String],
    ) -> Result<Identity, OAuthError> {
        let (parts, server) = (&self.inner.parts, &found.server);
        if let Some(client) = Identity::configured(self.resource, server.auth_methods.as_deref()) {
            return match before.filter(|grant| grant.issuer != server.issuer) {
                Some(grant) => Err(OAuthError::ClientOfAnotherIssuer {
                    expected: grant.issuer.clone(),
                    found: server.issuer.clone(),
                }),
                None => Ok(client),
            };
        }
        let document = self.resource.client_document.as_ref();
        if let Some(url) = document.or(parts.settings.client_metadata_url.as_ref())
            && server.takes_documents
            && is_client_metadata_url(url)
        {
            return Ok(Identity::document(url));
        }
        let slot = Slot {
            issuer: &server.issuer,
            redirect_uri: self.redirect_uri,
            profile: &self.resource.profile,
        };
        let wish = Wish {
            settings: &parts.settings,
            server,
            scopes,
            now: parts.clock.now(),
        };
        slot.client(&*parts.safe, wire, &wish).await
    }
}

impl Pending {
    /// Where the registration of its client is kept, if it was registered dynamically.
    pub(super) fn slot(&self) -> Option<Slot<'_>> {
        (self.client.origin == Origin::Registered).then_some(Slot {
            issuer: &self.found.server.issuer,
            redirect_uri: &self.redirect_uri,
            profile: &self.resource.profile,
        })
    }
}

/// The authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3, RFC 8707 section 2.1).
pub(super) fn request(pending: &Pending) -> url::Url {
    let mut url = pending.found.server.authorization_endpoint.clone();
    url.set_fragment(None);
    let described = pending.resource.server.as_deref();
    let quirks = described.map_or_else(Quirks::default, |of| of.quirks.clone());
    let scope = pending
        .scopes
        .join(quirks.scope_separator.encode_utf8(&mut [0; 4]));
    let mut query = url.query_pairs_mut();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &pending.client.id)
        .append_pair("redirect_uri", &pending.redirect_uri)
        .append_pair("state", pending.state.expose());
    if quirks.pkce {
        query
            .append_pair("code_challenge", &pkce::challenge(&pending.verifier))
            .append_pair("code_challenge_method", "S256");
    }
    if !pending.found.resource.is_empty() {
        query.append_pair("resource", &pending.found.resource);
    }
    if !scope.is_empty() {
        query.append_pair("scope", &scope);
    }
    for (name, value) in described.iter().flat_map(|of| &of.parameters) {
        query.append_pair(name, value);
    }
    drop(query);
    url
}
