//! What ends with a person's power: the invitations they made, and what they let clients do.

use jiff::Timestamp;
use keyway_core::{OrgId, Role, UserId};

use crate::StoreError;
use crate::engine::{Connection, query};
use crate::error::Doing as _;

/// Takes back the open invitations of `maker` that they could not make any more as `role`: all with
/// none. Those into one organization, or into every one.
pub(crate) async fn invitations(
    connection: &mut Connection,
    maker: &UserId,
    organization: Option<&OrgId>,
    role: Option<Role>,
    at: Timestamp,
) -> Result<(), StoreError> {
    query(
        "UPDATE invitations SET revoked_at = $4 WHERE invited_by = $1 \
         AND ($2 IS NULL OR organization_id = $2) AND accepted_at IS NULL AND revoked_at IS NULL \
         AND CASE coalesce($3, '') WHEN 'owner' THEN FALSE WHEN 'admin' THEN role = 'owner' ELSE TRUE END",
    )
    .bind(maker.as_str())
    .bind(organization.map(OrgId::as_str))
    .bind(role.map(Role::as_str))
    .bind(at.as_millisecond())
    .execute(connection)
    .await
    .map(drop)
    .doing("end the invitations of a person")
}

/// Ends everything a person let clients do, in every organization: grants, what would become one,
/// and the consents behind them.
pub(crate) async fn grants(
    connection: &mut Connection,
    user: &UserId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let doing = "end the grants of a person";
    for sql in [
        "UPDATE oauth_grants SET revoked_at = $2, revoked_for = 'admin' \
         WHERE user_id = $1 AND revoked_at IS NULL",
        "UPDATE oauth_codes SET used_at = $2 WHERE user_id = $1 AND used_at IS NULL",
        "UPDATE oauth_device_codes SET denied_at = $2 WHERE user_id = $1 AND used_at IS NULL \
         AND denied_at IS NULL",
        "DELETE FROM oauth_consents WHERE user_id = $1 AND $2 IS NOT NULL",
    ] {
        query(sql)
            .bind(user.as_str())
            .bind(at.as_millisecond())
            .execute(&mut *connection)
            .await
            .doing(doing)?;
    }
    Ok(())
}
