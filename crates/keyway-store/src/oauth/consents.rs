use jiff::Timestamp;
use keyway_core::{ClientId, OrgId, Scopes, UserId};

use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// What a person agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// In which organization.
    pub organization: OrgId,
    /// Who.
    pub user: UserId,
    /// To which client.
    pub client: ClientId,
    /// Which scopes.
    pub scopes: Scopes,
    /// At which resource.
    pub resource: String,
}

impl Store {
    /// The scopes a person agreed to before.
    pub async fn oauth_consent(
        &self,
        organization: &OrgId,
        user: &UserId,
        client: &ClientId,
        resource: &str,
    ) -> Result<Option<Scopes>, StoreError> {
        let scopes: Option<String> = sqlx::query_scalar(
            "SELECT scopes FROM oauth_consents WHERE organization_id = $1 AND user_id = $2 \
             AND client_id = $3 AND resource = $4",
        )
        .bind(organization.as_str())
        .bind(user.as_str())
        .bind(client.as_str())
        .bind(resource)
        .fetch_optional(self.pool())
        .await
        .doing("read a consent")?;
        scopes.as_deref().map(store::scopes).transpose()
    }

    /// Remembers what a person agreed to, in place of what they agreed to before.
    pub async fn put_oauth_consent(
        &self,
        consent: &Consent,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO oauth_consents \
             (organization_id, user_id, client_id, scopes, resource, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (organization_id, user_id, client_id, resource) \
             DO UPDATE SET scopes = excluded.scopes, created_at = excluded.created_at",
        )
        .bind(consent.organization.as_str())
        .bind(consent.user.as_str())
        .bind(consent.client.as_str())
        .bind(consent.scopes.to_string())
        .bind(&consent.resource)
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .map(drop)
        .doing("remember a consent")
    }
}
