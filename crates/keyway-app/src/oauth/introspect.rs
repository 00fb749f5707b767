use keyway_oauth::server::Endpoint;
use serde_json::json;

use super::revoke::Behind;
use super::{Failure, Oauth, Posted, Site};
use crate::keys::TokenKind;

/// What a client learns about a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introspected(serde_json::Value);

impl Introspected {
    /// The body of the reply (RFC 7662 section 2.2).
    pub fn to_json(&self) -> String {
        self.0.to_string()
    }

    fn of(behind: &Behind, site: &Site) -> Self {
        let mut body = json!({
            "active": true,
            "iss": site.issuer().as_str(),
            "client_id": behind.grant.client.as_str(),
            "sub": behind.grant.owner.as_str(),
            "aud": behind.grant.resource,
            "scope": behind.scopes.to_string(),
            "iat": behind.created_at.as_second(),
            "exp": behind.expires_at.as_second(),
        });
        if behind.kind == TokenKind::Access
            && let Some(body) = body.as_object_mut()
        {
            body.insert("token_type".into(), "Bearer".into());
        }
        Self(body)
    }
}

impl Oauth {
    /// Tells a client about a token of its own (RFC 7662). Of every other token, and of one that is
    /// not valid, it learns only that it is not active.
    pub async fn introspect(
        &self,
        site: &Site,
        posted: &Posted<'_>,
    ) -> Result<Introspected, Failure> {
        let (client, token) = self.about_token(site, posted, Endpoint::Introspect).await?;
        let Some(mut behind) = self.behind(&client, &token).await? else {
            return Ok(Introspected(json!({ "active": false })));
        };
        behind.scopes = self.effective(&behind.grant, &behind.scopes).await?;
        Ok(Introspected::of(&behind, site))
    }
}
