use jiff::Timestamp;
use keyway_core::{Error, InstallationId, OrgId, Secret};
use keyway_store::Door;
use keyway_vault::Vault;

use crate::installations::Column;

/// Seals what webhooks are signed with for its row.
pub(super) fn seal(
    vault: &Vault,
    organization: &OrgId,
    id: &InstallationId,
    secret: &Secret<String>,
) -> Result<Vec<u8>, Error> {
    Column::Webhook.seal(vault, organization, id, secret.expose())
}

/// Opens what webhooks of a publication are signed with.
pub(crate) fn open(vault: &Vault, door: &Door) -> Result<Secret<String>, Error> {
    let of = &door.publication;
    Column::Webhook.open(vault, &of.organization, &of.installation, &door.sealed)
}

/// Opens what they were signed with before, as long as that is good.
pub(crate) fn open_before(
    vault: &Vault,
    door: &Door,
    now: Timestamp,
) -> Result<Option<Secret<String>>, Error> {
    let of = &door.publication;
    let good = door.before_until.is_some_and(|until| until > now);
    let before = door.before.as_deref().filter(|_| good);
    let open = |sealed| Column::Before.open(vault, &of.organization, &of.installation, sealed);
    before.map(open).transpose()
}
