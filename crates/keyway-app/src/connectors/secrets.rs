use std::collections::BTreeMap;

use keyway_core::{ConnectorId, OrgId, Secret};
use keyway_store::StoredConnector;
use keyway_vault::{Context, Vault, VaultError};
use serde::Deserialize;
use serde_json::json;

/// The secrets of a connector.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ConnectorSecrets {
    /// The value of each header, by its name in lower case.
    pub(crate) headers: BTreeMap<String, Secret<String>>,
    /// The secret of an OAuth client that was registered by hand.
    pub(crate) client_secret: Option<Secret<String>>,
}

impl ConnectorSecrets {
    /// Seals them for their row; `None` where there are none.
    pub(super) fn seal(
        &self,
        vault: &Vault,
        organization: &OrgId,
        id: &ConnectorId,
    ) -> Result<Option<Vec<u8>>, VaultError> {
        if self.headers.is_empty() && self.client_secret.is_none() {
            return Ok(None);
        }
        let headers: serde_json::Map<_, _> = self
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.expose().as_str().into()))
            .collect();
        let secret = self.client_secret.as_ref().map(|one| one.expose().as_str());
        let text = json!({ "headers": headers, "clientSecret": secret }).to_string();
        let text = Secret::new(text.into_bytes());
        vault
            .seal(&place(organization, id), text.expose())
            .map(Some)
    }

    /// Opens what is sealed of a row; nothing is where it has no secrets.
    pub(super) fn open(
        vault: &Vault,
        stored: &StoredConnector,
        sealed: &[u8],
    ) -> Result<Self, VaultError> {
        if sealed.is_empty() {
            return Ok(Self::default());
        }
        let opened = vault.open(&place(&stored.organization, &stored.id), sealed)?;
        Ok(serde_json::from_slice(opened.expose()).unwrap_or_default())
    }
}

/// The place of what is sealed of a connector.
fn place<'a>(organization: &'a OrgId, id: &'a ConnectorId) -> Context<'a> {
    Context {
        organization: organization.as_str(),
        table: "connectors",
        column: "sealed",
        row: id.as_str(),
    }
}
