use serde::{Deserialize, Serialize};
use url::Url;

use super::server::Pkce;
use super::{Server, probe, resource, server};
use crate::address::without_query;
use crate::challenge::Challenge;
use crate::wire::Wire;
use crate::{OAuthError, scopes};

/// What was found out about a protected resource.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Found {
    /// The identifier for the `resource` parameter (RFC 8707 section 2); empty where it is not sent.
    pub(crate) resource: String,
    /// `scopes_supported` of the resource.
    pub(crate) supported: Vec<String>,
    /// The scopes of the challenge.
    pub(crate) challenged: Vec<String>,
    /// Its authorization server.
    pub(crate) server: Server,
}

/// Finds the authorization server of the resource: through the challenge and the resource's own
/// metadata, else as revision 2025-03-26 had it, on the resource's own origin. `earlier` is a
/// challenge that the resource gave before, for resources that ask only for some requests.
pub(crate) async fn locate(
    wire: &Wire<'_>,
    earlier: Option<Challenge>,
    pkce: Pkce,
) -> Result<Found, OAuthError> {
    let probe = probe::probe(wire).await?;
    let asks = probe.asks || earlier.is_some();
    let challenge = probe.challenge.or(earlier).unwrap_or_default();
    let metadata = resource::read(wire, challenge.resource_metadata.as_deref()).await?;
    let Some(metadata) = metadata else {
        return Ok(Found {
            resource: canonical(wire.home()),
            supported: Vec::new(),
            challenged: challenge.scopes,
            server: own_server(wire, asks, pkce).await?,
        });
    };
    Ok(Found {
        server: named_server(wire, &metadata.authorization_servers, pkce).await?,
        resource: metadata.resource,
        supported: scopes::valid(metadata.scopes_supported),
        challenged: challenge.scopes,
    })
}

/// The first of the named authorization servers that publishes metadata. When none does, nothing
/// else is tried: the resource named them.
async fn named_server(
    wire: &Wire<'_>,
    issuers: &[String],
    pkce: Pkce,
) -> Result<Server, OAuthError> {
    for issuer in issuers {
        if let Some(server) = server::read(wire, issuer, pkce).await? {
            return Ok(server);
        }
    }
    let reason = if issuers.is_empty() {
        "it names no authorization server"
    } else {
        "none of the authorization servers it names publishes metadata"
    };
    Err(OAuthError::BadMetadata {
        place: without_query(wire.home()),
        reason: String::from(reason),
    })
}

async fn own_server(wire: &Wire<'_>, asks: bool, pkce: Pkce) -> Result<Server, OAuthError> {
    let unprotected = || OAuthError::NotProtected(without_query(wire.home()));
    if let Some(server) = server::read_own(wire, pkce).await? {
        return Ok(server);
    }
    if !asks {
        return Err(unprotected());
    }
    server::defaults(wire.home()).ok_or_else(unprotected)
}

/// The resource's identifier where it names none itself: its URL, without the slash of an empty path
/// (MCP 2026-07-28, "Canonical Server URI").
fn canonical(home: &Url) -> String {
    let text = home.to_string();
    if home.path() == "/" && home.query().is_none() {
        return text.trim_end_matches('/').to_owned();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_its_url_without_the_slash_of_an_empty_path() {
        for (url, resource) in [
            ("https://h.example", "https://h.example"),
            ("https://h.example/", "https://h.example"),
            ("https://h.example/mcp", "https://h.example/mcp"),
            ("https://h.example/mcp/", "https://h.example/mcp/"),
        ] {
            assert_eq!(canonical(&Url::parse(url).unwrap()), resource);
        }
    }
}
