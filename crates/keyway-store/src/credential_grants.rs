use jiff::Timestamp;
use keyway_core::{CredentialId, OrgId};

use crate::engine::{query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{NewStoredCredential, Store, StoreError, store};

/// What an authorization server granted, sealed, and what may be told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    /// The tokens, sealed.
    pub sealed: Vec<u8>,
    /// When the access token expires, as far as is known.
    pub expires_at: Option<Timestamp>,
    /// Whether there is a refresh token that was not refused.
    pub renewable: bool,
    /// Whether the server refused to renew it.
    pub refused: bool,
}

/// How a grant stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantHealth {
    /// The credential it is of.
    pub credential: CredentialId,
    /// When tokens were last given.
    pub renewed_at: Timestamp,
    /// When the access token expires, as far as is known.
    pub expires_at: Option<Timestamp>,
    /// Whether there is a refresh token that was not refused.
    pub renewable: bool,
    /// Whether the server refused to renew it.
    pub refused: bool,
    /// The code of the last renewal that failed, and when; until one succeeds.
    pub failure: Option<(String, Timestamp)>,
}

impl Store {
    /// Keeps what was granted for an instance, which is made where it is not there: all of it or
    /// nothing. Whoever held the grant before writes nothing any more. Answers whether it was made; a
    /// taken name is [`crate::Reason::Conflict`].
    pub async fn connect_credential(
        &self,
        organization: &OrgId,
        new: &NewStoredCredential,
        grant: &NewGrant,
    ) -> Result<bool, StoreError> {
        let doing = "keep what was granted for a credential";
        let mut transaction = self.write(doing).await?;
        let place = || [crate::credentials::lock_of(organization)];
        transaction.alone(place).await.doing(doing)?;
        let replaced = query(
            "UPDATE credentials SET sealed = $3, revision = revision + 1, changed_at = $4, \
             last_error = NULL, last_error_at = NULL WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(new.id.as_str())
        .bind(&new.sealed)
        .bind(new.at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        let made = replaced.rows_affected() == 0;
        if made {
            crate::credentials::insert(&mut transaction, organization, new).await?;
        }
        query(
            "INSERT INTO credential_grants (credential_id, organization_id, sealed, renewed_at, \
             expires_at, renewable, refused, generation, fence) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 1) \
             ON CONFLICT (credential_id) DO UPDATE SET sealed = $3, renewed_at = $4, \
             expires_at = $5, renewable = $6, refused = $7, failure = NULL, failed_at = NULL, \
             held_until = NULL, generation = credential_grants.generation + 1, \
             fence = credential_grants.fence + 1",
        )
        .bind(new.id.as_str())
        .bind(organization.as_str())
        .bind(&grant.sealed)
        .bind(new.at.as_millisecond())
        .bind(grant.expires_at.map(Timestamp::as_millisecond))
        .bind(grant.renewable)
        .bind(grant.refused)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(made)
    }

    /// What is sealed of a grant.
    pub async fn sealed_grant(
        &self,
        organization: &OrgId,
        credential: &CredentialId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        query_scalar(
            "SELECT sealed FROM credential_grants \
             WHERE organization_id = $1 AND credential_id = $2",
        )
        .bind(organization.as_str())
        .bind(credential.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read a grant")
    }

    /// Holds a grant until then, unless somebody else does: answers the fence that what is written
    /// has to name.
    pub async fn hold_grant(
        &self,
        organization: &OrgId,
        credential: &CredentialId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        query_scalar(
            "UPDATE credential_grants SET held_until = $4, fence = fence + 1 \
             WHERE organization_id = $1 AND credential_id = $2 \
             AND (held_until IS NULL OR held_until <= $3) RETURNING fence",
        )
        .bind(organization.as_str())
        .bind(credential.as_str())
        .bind(now.as_millisecond())
        .bind(until.as_millisecond())
        .fetch_optional(self.pool())
        .await
        .doing("hold a grant")
    }

    /// Lets go of a grant, if it is still held by whoever has this fence.
    pub async fn let_go_of_grant(
        &self,
        organization: &OrgId,
        credential: &CredentialId,
        fence: i64,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE credential_grants SET held_until = NULL \
             WHERE organization_id = $1 AND credential_id = $2 AND fence = $3",
        )
        .bind(organization.as_str())
        .bind(credential.as_str())
        .bind(fence)
        .execute(self.pool())
        .await
        .map(drop)
        .doing("let go of a grant")
    }

    /// Replaces what is kept of a grant. Answers false for a fence that is no longer the row's. A
    /// grant that was refused keeps the time of its tokens and what is known of the failure.
    pub async fn replace_grant(
        &self,
        organization: &OrgId,
        credential: &CredentialId,
        fence: i64,
        grant: &NewGrant,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let replaced = query(
            "UPDATE credential_grants SET sealed = $4, expires_at = $5, renewable = $6, \
             refused = $7, generation = generation + 1, \
             renewed_at = CASE WHEN $7 THEN renewed_at ELSE $8 END, \
             failure = CASE WHEN $7 THEN failure END, \
             failed_at = CASE WHEN $7 THEN failed_at END \
             WHERE organization_id = $1 AND credential_id = $2 AND fence = $3",
        )
        .bind(organization.as_str())
        .bind(credential.as_str())
        .bind(fence)
        .bind(&grant.sealed)
        .bind(grant.expires_at.map(Timestamp::as_millisecond))
        .bind(grant.renewable)
        .bind(grant.refused)
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .doing("replace a grant")?;
        Ok(replaced.rows_affected() > 0)
    }

    /// Writes down that a renewal failed.
    pub async fn note_renewal_failure(
        &self,
        organization: &OrgId,
        credential: &CredentialId,
        code: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE credential_grants SET failure = $3, failed_at = $4 \
             WHERE organization_id = $1 AND credential_id = $2",
        )
        .bind(organization.as_str())
        .bind(credential.as_str())
        .bind(code)
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .map(drop)
        .doing("note a renewal that failed")
    }

    /// How the grants of an organization stand.
    pub async fn grants_health(
        &self,
        organization: &OrgId,
    ) -> Result<Vec<GrantHealth>, StoreError> {
        let rows: Vec<Row> = query_as(
            "SELECT credential_id, renewed_at, expires_at, renewable, refused, failure, failed_at \
             FROM credential_grants WHERE organization_id = $1",
        )
        .bind(organization.as_str())
        .fetch_all(self.pool())
        .await
        .doing("list how grants stand")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// A number that has grown since it was last read when any grant changed, in any process.
    pub async fn credential_grant_epoch(&self) -> Result<i64, StoreError> {
        query_scalar("SELECT value FROM counters WHERE name = 'credential_grant_epoch'")
            .fetch_one(self.pool())
            .await
            .doing("read the change counter of grants")
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    credential_id: String,
    renewed_at: i64,
    expires_at: Option<i64>,
    renewable: bool,
    refused: bool,
    failure: Option<String>,
    failed_at: Option<i64>,
}

impl Row {
    fn read(self) -> Result<GrantHealth, StoreError> {
        let failure = match (self.failure, self.failed_at) {
            (Some(code), Some(at)) => Some((code, store::moment(at)?)),
            _ => None,
        };
        Ok(GrantHealth {
            credential: store::id(&self.credential_id)?,
            renewed_at: store::moment(self.renewed_at)?,
            expires_at: self.expires_at.map(store::moment).transpose()?,
            renewable: self.renewable,
            refused: self.refused,
            failure,
        })
    }
}
