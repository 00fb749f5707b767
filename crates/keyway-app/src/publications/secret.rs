use keyway_core::{Error, InstallationId, OrgId, Secret};
use keyway_store::Door;
use keyway_vault::{Context, Vault};

use super::error;

/// Seals what webhooks are signed with for its row.
pub(super) fn seal(
    vault: &Vault,
    organization: &OrgId,
    id: &InstallationId,
    secret: &Secret<String>,
) -> Result<Vec<u8>, Error> {
    let sealed = vault.seal(&place(organization, id), secret.expose().as_bytes());
    sealed.map_err(Error::internal)
}

/// Opens what webhooks of a publication are signed with.
pub(crate) fn open(vault: &Vault, door: &Door) -> Result<Secret<String>, Error> {
    let of = &door.publication;
    let opened = vault.open(&place(&of.organization, &of.installation), &door.sealed);
    let opened = opened.map_err(|found| error::unreadable().with_source(found))?;
    let text = std::str::from_utf8(opened.expose()).map_err(|_| error::unreadable())?;
    Ok(Secret::new(text.to_owned()))
}

/// The place of what is sealed of an installation.
fn place<'a>(organization: &'a OrgId, id: &'a InstallationId) -> Context<'a> {
    Context {
        organization: organization.as_str(),
        table: "installations",
        column: "sealed",
        row: id.as_str(),
    }
}
