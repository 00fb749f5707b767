use keyway_core::credential::OAuth2;
use url::Url;

use super::server::{self, Pkce};
use super::{Found, Server};
use crate::wire::Wire;
use crate::{OAuthError, scopes};

/// The authorization server that somebody described: its endpoints as they are given, else what the
/// issuer's metadata says.
pub(crate) async fn given(wire: &Wire<'_>, of: &OAuth2) -> Result<Found, OAuthError> {
    let server = match (&of.authorization_endpoint, &of.token_endpoint) {
        (Some(authorization), Some(token)) => {
            let endpoint = |what: &'static str, text: &str| endpoint(wire, what, text);
            let authorization = endpoint("the authorization endpoint", authorization)?;
            let revocation = of.revocation_endpoint.as_deref();
            let origin = authorization.origin().ascii_serialization();
            Server {
                issuer: of.issuer.clone().unwrap_or(origin),
                identified: of.issuer.is_some(),
                authorization_endpoint: authorization,
                token_endpoint: endpoint("the token endpoint", token)?,
                registration_endpoint: None,
                revocation_endpoint: revocation
                    .map(|text| endpoint("the revocation endpoint", text))
                    .transpose()?,
                scopes: Vec::new(),
                auth_methods: None,
                takes_documents: false,
                sends_issuer: false,
                assumed: false,
            }
        }
        _ => read(wire, of).await?,
    };
    Ok(Found {
        resource: of.resource.clone().unwrap_or_default(),
        supported: Vec::new(),
        challenged: Vec::new(),
        server: Server {
            scopes: scopes::valid(server.scopes),
            ..server
        },
    })
}

async fn read(wire: &Wire<'_>, of: &OAuth2) -> Result<Server, OAuthError> {
    let issuer = of.issuer.as_deref().unwrap_or_default();
    let found = server::read(wire, issuer, Pkce::AsDescribed).await?;
    found.ok_or_else(|| OAuthError::BadMetadata {
        place: issuer.to_owned(),
        reason: String::from("the issuer publishes none"),
    })
}

fn endpoint(wire: &Wire<'_>, what: &'static str, text: &str) -> Result<Url, OAuthError> {
    let url = Url::parse(text).map_err(|_| OAuthError::BadUrl(what.to_owned()))?;
    wire.check(what, &url)?;
    Ok(url)
}
