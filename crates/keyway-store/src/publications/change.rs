use jiff::Timestamp;
use keyway_core::provider::Granularity;
use keyway_core::{InstallationId, OrgId, PublicationId, ServiceAccountId};

use super::StoredPublication;
use crate::engine::{query, query_scalar};
use crate::error::Doing as _;
use crate::installations::InstallationState;
use crate::{Store, StoreError, installations};

/// A publication to make, with an installation of its own.
#[derive(Debug, Clone)]
pub struct NewPublication {
    /// Its id.
    pub id: PublicationId,
    /// The installation's id.
    pub installation: InstallationId,
    /// The provider's id.
    pub provider: String,
    /// The machine identity that its sessions act as.
    pub account: ServiceAccountId,
    /// What webhooks are signed with, sealed.
    pub sealed: Vec<u8>,
    /// How far the installation is.
    pub state: InstallationState,
    /// The rest of it.
    pub with: PublicationChange,
}

/// What may change of a publication.
#[derive(Debug, Clone)]
pub struct PublicationChange {
    /// Its name for people.
    pub name: String,
    /// The agent's slug.
    pub agent: String,
    /// Which events meet in one session.
    pub granularity: Granularity,
    /// The installation's settings: JSON.
    pub settings: String,
    /// What wakes the agent: JSON.
    pub triggers: String,
    /// What it may do at the third party: a JSON list of names.
    pub scopes: String,
    /// What its turns may use: JSON.
    pub limits: String,
    /// When it runs by the clock: JSON.
    pub schedule: Option<String>,
    /// When it does so next.
    pub next_run_at: Option<Timestamp>,
    /// Since when nothing wakes it.
    pub paused_at: Option<Timestamp>,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

impl Store {
    /// Makes a publication and its installation.
    pub async fn create_publication(
        &self,
        organization: &OrgId,
        new: &NewPublication,
    ) -> Result<(), StoreError> {
        let doing = "make a publication";
        let mut transaction = self.write(doing).await?;
        query(
            "INSERT INTO installations (id, organization_id, provider, settings, sealed, created_at, \
             state, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $8)",
        )
        .bind(new.installation.as_str())
        .bind(organization.as_str())
        .bind(&new.provider)
        .bind(&new.with.settings)
        .bind(&new.sealed)
        .bind(new.with.at.as_millisecond())
        .bind(new.state.as_str())
        .bind(&new.with.by)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        query(
            "INSERT INTO publications (id, organization_id, installation_id, name, agent, account, \
             granularity, triggers, paused_at, revision, created_at, created_by, changed_at, \
             changed_by, scopes, limits, schedule, next_run_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $10, $11, $12, $13, $14, $15)",
        )
        .bind(new.id.as_str())
        .bind(organization.as_str())
        .bind(new.installation.as_str())
        .bind(&new.with.name)
        .bind(&new.with.agent)
        .bind(new.account.as_str())
        .bind(new.with.granularity.as_str())
        .bind(&new.with.triggers)
        .bind(new.with.paused_at.map(Timestamp::as_millisecond))
        .bind(new.with.at.as_millisecond())
        .bind(&new.with.by)
        .bind(&new.with.scopes)
        .bind(&new.with.limits)
        .bind(&new.with.schedule)
        .bind(new.with.next_run_at.map(Timestamp::as_millisecond))
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)
    }

    /// Changes a publication while it still has the revision that was read. False where it has another
    /// one, or was removed.
    pub async fn change_publication(
        &self,
        stored: &StoredPublication,
        change: &PublicationChange,
    ) -> Result<bool, StoreError> {
        let doing = "change a publication";
        let mut transaction = self.write(doing).await?;
        let changed = query(
            "UPDATE publications SET name = $4, agent = $5, granularity = $6, triggers = $7, \
             paused_at = $8, changed_at = $9, changed_by = $10, scopes = $11, \
             limits = $12, schedule = $13, next_run_at = $14, \
             revision = revision + 1 \
             WHERE organization_id = $1 AND id = $2 AND revision = $3 AND removed_at IS NULL",
        )
        .bind(stored.organization.as_str())
        .bind(stored.id.as_str())
        .bind(stored.revision)
        .bind(&change.name)
        .bind(&change.agent)
        .bind(change.granularity.as_str())
        .bind(&change.triggers)
        .bind(change.paused_at.map(Timestamp::as_millisecond))
        .bind(change.at.as_millisecond())
        .bind(&change.by)
        .bind(&change.scopes)
        .bind(&change.limits)
        .bind(&change.schedule)
        .bind(change.next_run_at.map(Timestamp::as_millisecond))
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        query(
            "UPDATE installations SET settings = $3, revision = revision + 1 \
             WHERE organization_id = $1 AND id = $2 AND settings <> $3",
        )
        .bind(stored.organization.as_str())
        .bind(stored.installation.as_str())
        .bind(&change.settings)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// Removes a publication, and every secret of its installation. False when it is not there.
    pub async fn remove_publication(
        &self,
        organization: &OrgId,
        id: &PublicationId,
        at: Timestamp,
        by: &str,
    ) -> Result<bool, StoreError> {
        let doing = "remove a publication";
        let mut transaction = self.write(doing).await?;
        let installation: Option<String> = query_scalar(
            "UPDATE publications SET removed_at = $3, changed_at = $3, changed_by = $4, \
             revision = revision + 1 WHERE organization_id = $1 AND id = $2 \
             AND removed_at IS NULL RETURNING installation_id",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(at.as_millisecond())
        .bind(by)
        .fetch_optional(&mut *transaction)
        .await
        .doing(doing)?;
        let Some(installation) = installation else {
            return Ok(false);
        };
        let gone = installations::end(&mut transaction, organization, &installation, at, by);
        gone.await.doing(doing)?;
        query("UPDATE installations SET sealed = NULL WHERE organization_id = $1 AND id = $2")
            .bind(organization.as_str())
            .bind(installation)
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }
}
