use std::collections::BTreeMap;

use keyway_core::provider::Secrets;
use keyway_core::{Error, InstallationId, OrgId, Secret};
use keyway_vault::{Context, Vault};
use zeroize::Zeroizing;

use super::error;

/// A sealed column of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// What webhooks are signed with.
    Webhook,
    /// What they were signed with before.
    Before,
    /// The provider's secrets.
    Secrets,
    /// The token.
    Token,
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Webhook => "sealed",
            Self::Before => "sealed_before",
            Self::Secrets => "secrets",
            Self::Token => "token",
        }
    }

    fn place<'a>(self, organization: &'a OrgId, id: &'a InstallationId) -> Context<'a> {
        Context {
            organization: organization.as_str(),
            table: "installations",
            column: self.name(),
            row: id.as_str(),
        }
    }

    /// Seals a text for its row.
    pub(crate) fn seal(
        self,
        vault: &Vault,
        organization: &OrgId,
        id: &InstallationId,
        text: &str,
    ) -> Result<Vec<u8>, Error> {
        let sealed = vault.seal(&self.place(organization, id), text.as_bytes());
        sealed.map_err(Error::internal)
    }

    /// Opens a text of its row.
    pub(crate) fn open(
        self,
        vault: &Vault,
        organization: &OrgId,
        id: &InstallationId,
        sealed: &[u8],
    ) -> Result<Secret<String>, Error> {
        let opened = vault.open(&self.place(organization, id), sealed);
        let opened = opened.map_err(|found| error::unreadable().with_source(found))?;
        let text = std::str::from_utf8(opened.expose()).map_err(|_| error::unreadable())?;
        Ok(Secret::new(text.to_owned()))
    }
}

/// Secrets as one JSON object.
pub(super) fn to_json(secrets: &Secrets) -> Result<Zeroizing<String>, Error> {
    let all: BTreeMap<&str, &str> = secrets
        .iter()
        .map(|(name, secret)| (name, secret.expose().as_str()))
        .collect();
    let text = serde_json::to_string(&all).map_err(Error::internal)?;
    Ok(Zeroizing::new(text))
}

/// Secrets of one JSON object.
pub(super) fn of_json(text: &str) -> Result<Secrets, Error> {
    let all: BTreeMap<String, Secret<String>> =
        serde_json::from_str(text).map_err(|_| error::unreadable())?;
    let with = |secrets: Secrets, (name, secret)| secrets.with(name, secret);
    Ok(all.into_iter().fold(Secrets::default(), with))
}
