use keyway_core::OrgId;

use crate::StoreError;
use crate::engine::{Connection, query};
use crate::error::Doing as _;

/// Forgets the codes of an organization that were given and not redeemed yet, those of a browser
/// and those of a device, so that no grant comes of them after a revocation. Absent means every
/// client, or every person. Codes that were used stay: a second use of them has to be noticed.
pub(super) async fn forget(
    connection: &mut Connection,
    organization: &OrgId,
    client: Option<&str>,
    user: Option<&str>,
) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM oauth_codes WHERE organization_id = $1 AND used_at IS NULL \
         AND ($2 IS NULL OR client_id = $2) AND ($3 IS NULL OR user_id = $3)",
        "DELETE FROM oauth_device_codes WHERE organization_id = $1 AND used_at IS NULL \
         AND ($2 IS NULL OR client_id = $2) AND ($3 IS NULL OR user_id = $3)",
    ] {
        query(sql)
            .bind(organization.as_str())
            .bind(client)
            .bind(user)
            .execute(&mut *connection)
            .await
            .doing("forget codes that are not redeemed")?;
    }
    Ok(())
}
