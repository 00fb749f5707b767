use keyway_core::{ClientId, OrgId, Scopes, UserId};

use super::NewCode;
use crate::engine::{Connection, query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// The scopes a person agreed to for a client at a resource.
const FIND: &str = "SELECT scopes FROM oauth_consents WHERE organization_id = $1 AND user_id = $2 \
                    AND client_id = $3 AND resource = $4";

impl Store {
    /// The scopes a person agreed to before.
    pub async fn oauth_consent(
        &self,
        organization: &OrgId,
        user: &UserId,
        client: &ClientId,
        resource: &str,
    ) -> Result<Option<Scopes>, StoreError> {
        let scopes: Option<String> = query_scalar(FIND)
            .bind(organization.as_str())
            .bind(user.as_str())
            .bind(client.as_str())
            .bind(resource)
            .fetch_optional(self.pool())
            .await
            .doing("read a consent")?;
        scopes.as_deref().map(store::scopes).transpose()
    }
}

/// The scopes that the person behind a code agreed to before.
pub(super) async fn find(
    connection: &mut Connection,
    code: &NewCode,
) -> Result<Option<Scopes>, StoreError> {
    let scopes: Option<String> = query_scalar(FIND)
        .bind(code.organization.as_str())
        .bind(code.user.as_str())
        .bind(code.client.as_str())
        .bind(&code.resource)
        .fetch_optional(connection)
        .await
        .doing("read a consent")?;
    scopes.as_deref().map(store::scopes).transpose()
}

/// Remembers what the person behind a code agreed to, in place of what they agreed to before.
pub(super) async fn remember(
    connection: &mut Connection,
    code: &NewCode,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO oauth_consents \
         (organization_id, user_id, client_id, scopes, resource, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (organization_id, user_id, client_id, resource) \
         DO UPDATE SET scopes = excluded.scopes, created_at = excluded.created_at",
    )
    .bind(code.organization.as_str())
    .bind(code.user.as_str())
    .bind(code.client.as_str())
    .bind(code.scopes.to_string())
    .bind(&code.resource)
    .bind(code.created_at.as_millisecond())
    .execute(connection)
    .await
    .map(drop)
    .doing("remember a consent")
}
