use std::time::Duration;

use keyway_core::{Scopes, Secret};
use serde_json::json;

/// Tokens that are given (RFC 6749 section 5.1). The answer is never to be stored by anyone on the
/// way: `Cache-Control: no-store`.
#[derive(Debug)]
pub struct Issued<'a> {
    /// The access token.
    pub access: &'a Secret<String>,
    /// How long it lives.
    pub lifetime: Duration,
    /// The refresh token, if there is one.
    pub refresh: Option<&'a Secret<String>>,
    /// What was granted.
    pub scopes: &'a Scopes,
}

impl Issued<'_> {
    /// The body. It always says the scopes, which may be fewer than were asked for (section 3.3).
    pub fn to_json(&self) -> Secret<String> {
        let mut body = json!({
            "access_token": self.access.expose(),
            "token_type": "Bearer",
            "expires_in": self.lifetime.as_secs(),
            "scope": self.scopes.to_string(),
        });
        if let (Some(refresh), Some(fields)) = (self.refresh, body.as_object_mut()) {
            fields.insert("refresh_token".into(), refresh.expose().as_str().into());
        }
        Secret::new(body.to_string())
    }
}
