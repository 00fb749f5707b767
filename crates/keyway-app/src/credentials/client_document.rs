use keyway_core::names::CONNECTOR_SLUG;
use serde_json::{Value, json};

use super::Credentials;
use super::grants::document;
use crate::connectors::oauth;

impl Credentials {
    /// Who the gateway is at authorization servers that take documents, for the credential of a connector
    /// (draft-ietf-oauth-client-id-metadata-document). It says the same of every key that there could be.
    /// `None` for others, and where the address of the gateway is not configured.
    pub fn client_document(&self, key: &str) -> Option<Value> {
        oauth::slug(key).filter(|slug| CONNECTOR_SLUG.allows(slug))?;
        let pages = self.parts.grants.pages()?;
        Some(json!({
            "client_id": document(pages, key),
            "client_name": "Keyway",
            "redirect_uris": [format!("{pages}/connect/{key}/callback")],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "application_type": "web",
        }))
    }
}
