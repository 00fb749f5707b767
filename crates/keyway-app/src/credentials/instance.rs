use keyway_core::credential::Fields;
use keyway_core::{CredentialId, OrgId, Secret};
use keyway_store::{CredentialPlace, StoredCredential};
use keyway_vault::{Context, Vault, VaultError};

/// An instance as the resolution sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instance {
    pub(crate) id: CredentialId,
    pub(crate) place: CredentialPlace,
    pub(crate) name: String,
    pub(crate) is_default: bool,
    /// Grows with each change of what is sealed.
    pub(crate) revision: i64,
}

impl From<&StoredCredential> for Instance {
    fn from(stored: &StoredCredential) -> Self {
        Self {
            id: stored.id.clone(),
            place: stored.place.clone(),
            name: stored.name.clone(),
            is_default: stored.is_default,
            revision: stored.revision,
        }
    }
}

/// The place of what is sealed of an instance.
fn place<'a>(organization: &'a OrgId, id: &'a CredentialId) -> Context<'a> {
    Context {
        organization: organization.as_str(),
        table: "credentials",
        column: "sealed",
        row: id.as_str(),
    }
}

/// Seals the fields of an instance for its row.
pub(super) fn seal(
    vault: &Vault,
    organization: &OrgId,
    id: &CredentialId,
    fields: &Secret<Vec<u8>>,
) -> Result<Vec<u8>, VaultError> {
    vault.seal(&place(organization, id), fields.expose())
}

/// Opens what is sealed of an instance.
pub(super) fn open(
    vault: &Vault,
    organization: &OrgId,
    id: &CredentialId,
    sealed: &[u8],
) -> Result<Fields, VaultError> {
    vault
        .open(&place(organization, id), sealed)
        .map(Fields::new)
}
