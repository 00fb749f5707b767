use std::time::Duration;

use keyway_core::{Arrival, Scopes, Secret};
use keyway_oauth::server::Endpoint;
use keyway_oauth::server::token::{Grant, TokenRequest};

use super::{Failure, Oauth, Site};

/// A form that a client posted.
#[derive(Debug, Clone, Copy)]
pub struct Posted<'a> {
    /// The header `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The header `Authorization`.
    pub authorization: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
    /// How it arrived.
    pub arrival: Arrival,
}

/// What a client gets.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// The access token.
    pub access: Secret<String>,
    /// The refresh token, where there is one.
    pub refresh: Option<Secret<String>>,
    /// How long the access token is valid.
    pub expires_in: Duration,
    /// What it is for.
    pub scopes: Scopes,
}

impl Oauth {
    /// Answers a token request (RFC 6749 section 3.2).
    pub async fn token(&self, site: &Site, posted: &Posted<'_>) -> Result<Tokens, Failure> {
        let request = TokenRequest::read(
            posted.content_type,
            posted.authorization,
            posted.body,
            site.resources(),
        )?;
        let client = self.proven(site, &request.client, Endpoint::Token).await?;
        client.metadata.allows(request.grant.kind())?;
        let resource = request.resource.as_ref();
        match &request.grant {
            Grant::Code {
                code,
                verifier,
                redirect_uri,
            } => {
                let redirect_uri = redirect_uri.as_deref();
                self.redeem_code(
                    &client,
                    code,
                    verifier,
                    redirect_uri,
                    resource,
                    posted.arrival,
                )
                .await
            }
            Grant::Refresh { token, scopes } => {
                self.refresh(&client, token, scopes.as_ref(), resource, posted.arrival)
                    .await
            }
            Grant::Client { scope } => {
                self.client_credentials(site, &client, scope.as_deref(), resource, posted.arrival)
                    .await
            }
            Grant::Device { code } => {
                self.redeem_device(&client, code, resource, posted.arrival)
                    .await
            }
        }
    }
}
