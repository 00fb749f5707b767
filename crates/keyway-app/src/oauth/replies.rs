use keyway_core::{Scopes, Secret};
use serde_json::json;

use super::Tokens;

impl Tokens {
    /// The body of the reply (RFC 6749 section 5.1).
    pub fn to_json(&self) -> Secret<String> {
        let mut body = json!({
            "access_token": self.access.expose(),
            "token_type": "Bearer",
            "expires_in": self.expires_in.as_secs(),
            "scope": scope(&self.scopes),
        });
        if let (Some(refresh), Some(body)) = (&self.refresh, body.as_object_mut()) {
            body.insert("refresh_token".into(), refresh.expose().as_str().into());
        }
        Secret::new(body.to_string())
    }
}

fn scope(scopes: &Scopes) -> String {
    scopes.to_string()
}
