use http::StatusCode;
use keyway_core::Secret;
use keyway_core::json::{self, Bounds};
use serde::Deserialize;

use super::OidcError;
use crate::ProviderError;

/// Bounds of an answer of the token endpoint.
const BOUNDS: Bounds = Bounds {
    bytes: 256 << 10,
    depth: 16,
    nodes: 10_000,
};

/// What the provider gave for a code (`OpenID` Connect Core section 3.1.3.3).
#[derive(Debug)]
pub struct ProviderTokens {
    /// `id_token`
    pub id_token: Secret<String>,
    /// `access_token`, which `at_hash` is of.
    pub access_token: Option<Secret<String>>,
}

#[derive(Deserialize)]
struct Wire {
    id_token: Option<String>,
    access_token: Option<String>,
}

impl ProviderTokens {
    /// Reads the answer to [`super::Exchange::call`]. `secrets` are what was sent, which an error may
    /// echo.
    pub fn read(status: StatusCode, body: &[u8], secrets: &[&str]) -> Result<Self, OidcError> {
        let bad = OidcError::BadTokens;
        json::check(body, BOUNDS).map_err(|_| bad("it is too long"))?;
        if !status.is_success() {
            let error = ProviderError::read(status, body, secrets);
            return Err(OidcError::Refused(error));
        }
        let wire: Wire =
            serde_json::from_slice(body).map_err(|_| bad("it is no token response"))?;
        let id_token = wire.id_token.ok_or(bad("it has no ID token"))?;
        Ok(Self {
            id_token: Secret::new(id_token),
            access_token: wire.access_token.map(Secret::new),
        })
    }
}
