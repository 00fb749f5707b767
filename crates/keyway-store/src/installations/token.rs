use jiff::Timestamp;
use keyway_core::{InstallationId, OrgId};

use super::InstallationState;
use crate::engine::{query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, StoredInstallation};

impl Store {
    /// Keeps a token, and the secrets that were got with it, while the installation is there and was not
    /// installed anew since it was read. Secrets make it another revision. False where it was.
    pub async fn keep_installation_token(
        &self,
        stored: &StoredInstallation,
        token: &[u8],
        expires_at: Option<Timestamp>,
        secrets: Option<&[u8]>,
    ) -> Result<bool, StoreError> {
        let of = &stored.publication;
        let kept = query(
            "UPDATE installations SET token = $4, token_expires_at = $5, \
             secrets = coalesce($6, secrets), \
             revision = revision + CASE WHEN $6 IS NULL THEN 0 ELSE 1 END \
             WHERE organization_id = $1 AND id = $2 AND installed_at IS NOT DISTINCT FROM $3 \
             AND state IN ('installed', 'suspended', 'needs_reauth')",
        )
        .bind(of.organization.as_str())
        .bind(of.installation.as_str())
        .bind(stored.installed_at.map(Timestamp::as_millisecond))
        .bind(token)
        .bind(expires_at.map(Timestamp::as_millisecond))
        .bind(secrets)
        .execute(self.pool())
        .await
        .doing("keep a token of an installation")?;
        Ok(kept.rows_affected() > 0)
    }

    /// Forgets the token of an installation, so that another one is got, and keeps other secrets from here
    /// on where some are given.
    pub async fn forget_installation_token(
        &self,
        organization: &OrgId,
        id: &InstallationId,
        secrets: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE installations SET token = NULL, token_expires_at = NULL, \
             secrets = coalesce($3, secrets), \
             revision = revision + CASE WHEN $3 IS NULL THEN 0 ELSE 1 END \
             WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(secrets)
        .execute(self.pool())
        .await
        .map(drop)
        .doing("forget a token of an installation")
    }

    /// Moves an installation from one of some states to another; tokens stay only with one that is installed.
    /// False where it is in none of them.
    pub async fn move_installation(
        &self,
        organization: &OrgId,
        id: &InstallationId,
        from: &[InstallationState],
        to: InstallationState,
        at: Timestamp,
        by: &str,
    ) -> Result<bool, StoreError> {
        let doing = "move an installation";
        let mut transaction = self.write(doing).await?;
        let state: Option<String> =
            query_scalar("SELECT state FROM installations WHERE organization_id = $1 AND id = $2")
                .bind(organization.as_str())
                .bind(id.as_str())
                .fetch_optional(&mut *transaction)
                .await
                .doing(doing)?;
        let state: Option<InstallationState> = state.and_then(|state| state.parse().ok());
        let Some(state) = state.filter(|state| from.contains(state)) else {
            return Ok(false);
        };
        // Somebody else may have moved it since.
        let moved = query(
            "UPDATE installations SET state = $3, changed_at = $4, changed_by = $5, \
             token = CASE WHEN $3 = 'installed' THEN token END, \
             token_expires_at = CASE WHEN $3 = 'installed' THEN token_expires_at END, \
             revision = revision + 1 WHERE organization_id = $1 AND id = $2 AND state = $6",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(to.as_str())
        .bind(at.as_millisecond())
        .bind(by)
        .bind(state.as_str())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }
}
