use std::collections::BTreeMap;
use std::sync::Arc;

use keyway_core::ports::ProtectedResource;
use keyway_core::{CredentialDefinition, Secret};

/// Who the gateway is at an authorization server, as its operator registered it there by hand.
#[derive(Debug, Clone, Default)]
pub struct OAuthClient {
    /// The client id.
    pub client_id: String,
    /// Its secret, for a confidential client.
    pub client_secret: Option<Secret<String>>,
}

/// The clients by the key of the credential they are for.
pub type OAuthClients = BTreeMap<String, OAuthClient>;

/// What the OAuth client is told of a credential, and the client that was registered by hand for it.
/// `None` where its definition names no authorization server.
pub(super) fn resource(
    definition: &CredentialDefinition,
    client: Option<&OAuthClient>,
    document: Option<String>,
) -> Option<ProtectedResource> {
    let server = definition.server()?;
    Some(ProtectedResource {
        url: server.home().to_owned(),
        scopes: server.scopes.clone(),
        client_id: client.map(|client| client.client_id.clone()),
        client_secret: client.and_then(|client| client.client_secret.clone()),
        profile: String::new(),
        client_document: document,
        server: Some(Arc::clone(server)),
    })
}
