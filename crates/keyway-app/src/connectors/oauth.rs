//! The credentials of connectors behind OAuth: each has one of its own, which comes into being with it
//! (ADR 0041).

use std::sync::Arc;

use keyway_core::credential::{ACCESS_TOKEN, CredentialNeed, CredentialScope, Flow, OAuth2};
use keyway_core::{CredentialDefinition, Error, McpServer, OrgId, Principal, Secret};
use keyway_store::{ConnectorReach, StoredConnector};

use super::error;
use super::secrets::ConnectorSecrets;
use super::settings::{ConnectorSettings, OauthMode, OauthSettings};
use crate::access;
use crate::credentials::{CredentialsParts, OAuthClient};

/// What the keys of connectors' credentials begin with. No key that is defined has a `:`.
const PREFIX: &str = "mcp:";
/// How many connectors are read at once.
const ROWS: u32 = 500;

/// The key of the credential of a connector.
pub(crate) fn key(slug: &str) -> String {
    format!("{PREFIX}{slug}")
}

/// The connector that a credential's key belongs to; `None` for a key that is defined.
pub(crate) fn slug(key: &str) -> Option<&str> {
    key.strip_prefix(PREFIX)
}

/// True for the key of a connector's credential.
pub(crate) fn is_key(key: &str) -> bool {
    key.starts_with(PREFIX)
}

/// The credential of a connector. Its authorization server is found by asking the connector's.
pub(crate) fn definition(
    stored: &StoredConnector,
    oauth: &OauthSettings,
) -> Arc<CredentialDefinition> {
    let (flow, pin) = match oauth.mode {
        OauthMode::Shared => (Flow::Consent, CredentialScope::Organization),
        OauthMode::PerUser => (Flow::Consent, CredentialScope::User),
        OauthMode::ClientCredentials => (Flow::ClientCredentials, CredentialScope::Organization),
    };
    let server = OAuth2::of_resource(&stored.url)
        .scopes(oauth.scopes.clone())
        .flow(flow);
    let made = CredentialDefinition::oauth2(key(&stored.slug), server)
        .title(&stored.name)
        .scope(pin);
    let url = url::Url::parse(&stored.url).ok();
    let host = url.as_ref().and_then(super::address::host);
    Arc::new(match host {
        Some(host) => made.hosts([host]),
        None => made,
    })
}

/// A connector's server, reached with tokens of that credential.
pub(super) fn server(
    stored: &StoredConnector,
    definition: &Arc<CredentialDefinition>,
) -> Arc<McpServer> {
    let key = definition.key().to_owned();
    let token = move |lease: &keyway_core::credential::Lease| {
        let token = lease.fields(&key)?.get(ACCESS_TOKEN);
        let token = token.ok_or_else(|| Error::internal("an access token without a text"))?;
        Ok(Secret::new(format!("Bearer {}", token.expose())))
    };
    let server = McpServer::http(&stored.slug, &stored.url)
        .title(&stored.name)
        .credential(CredentialNeed::new(Arc::clone(definition)))
        .header_of("Authorization", token)
        // Its one header is always made like this.
        .marked(0);
    Arc::new(server)
}

/// The credential of a connector of an organization by its key. Who the gateway is at its authorization
/// server is known from here on.
pub(crate) async fn read(
    parts: &CredentialsParts,
    organization: &OrgId,
    key: &str,
) -> Result<Option<Arc<CredentialDefinition>>, Error> {
    let Some(slug) = slug(key) else {
        return Ok(None);
    };
    let found = parts.store.connector(organization, slug).await?;
    // A connector is found by its id, too, which is no part of a key.
    let Some(stored) = found.filter(|stored| stored.slug == slug) else {
        return Ok(None);
    };
    let Some(oauth) = ConnectorSettings::read(&stored.settings).oauth else {
        return Ok(None);
    };
    know(parts, &stored, &oauth).await?;
    Ok(Some(definition(&stored, &oauth)))
}

/// Tells the OAuth client who the gateway is at the authorization server of a connector.
pub(super) async fn know(
    parts: &CredentialsParts,
    stored: &StoredConnector,
    oauth: &OauthSettings,
) -> Result<(), Error> {
    let sealed = parts.store.sealed_connector(stored).await?;
    let sealed = sealed.ok_or_else(error::stale)?;
    let opened = ConnectorSecrets::open(&parts.vault, stored, &sealed);
    let secrets = opened.map_err(|source| error::unreadable().with_source(source))?;
    let by_hand = oauth.client_id.clone().map(|client_id| OAuthClient {
        client_id,
        client_secret: secrets.client_secret,
    });
    parts
        .grants
        .know(&stored.organization, &key(&stored.slug), by_hand);
    Ok(())
}

/// The credentials of all connectors of an organization that `who` may use.
pub(crate) async fn all(
    parts: &CredentialsParts,
    who: &Principal,
) -> Result<Vec<Arc<CredentialDefinition>>, Error> {
    let administers = access::administer(&parts.store, who).await.is_ok();
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let some = parts
            .store
            .connectors_after(who.organization(), &after, ROWS)
            .await?;
        let Some(last) = some.last() else {
            return Ok(found);
        };
        after.clone_from(&last.slug);
        for stored in &some {
            let oauth = ConnectorSettings::read(&stored.settings).oauth;
            if let Some(oauth) = oauth.filter(|_| administers || is_there(stored, who)) {
                found.push(definition(stored, &oauth));
            }
        }
    }
}

/// Whether `who` may know of a credential: one that is defined, or one of a connector that is there for
/// them.
pub(crate) async fn includes(
    parts: &CredentialsParts,
    who: &Principal,
    key: &str,
) -> Result<bool, Error> {
    let Some(slug) = slug(key) else {
        return Ok(true);
    };
    let found = parts.store.connector(who.organization(), slug).await?;
    let there = found.is_some_and(|stored| is_there(&stored, who));
    Ok(there || access::administer(&parts.store, who).await.is_ok())
}

fn is_there(stored: &StoredConnector, who: &Principal) -> bool {
    stored.enabled
        && match &stored.reach {
            ConnectorReach::Roles(roles) => roles.contains(&who.role()),
            // Whoever works for a project says so with each request, and anybody may.
            ConnectorReach::Organization | ConnectorReach::Project(_) => true,
        }
}
