use jiff::Timestamp;
use keyway_core::{InstallationId, OrgId};

use super::InstallationState;
use crate::engine::{query, query_scalar};
use crate::error::Doing as _;
use crate::{Reason, Store, StoreError, StoredInstallation};

/// What becomes of a sealed value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SealedWrite {
    /// It stays.
    #[default]
    Keep,
    /// It is this one from here on.
    Put(Vec<u8>),
    /// It goes.
    Drop,
}

/// Where something is installed from here on.
#[derive(Debug, Clone)]
pub struct Installed {
    /// The third party's id of the app; empty where there is none.
    pub app: String,
    /// The third party's id of the workspace.
    pub workspace_id: String,
    /// The workspace: JSON.
    pub workspace: String,
    /// The setup link that is used up by it, by its hash.
    pub setup_link: Option<String>,
}

/// What changes of an installation; what is `None` stays.
#[derive(Debug, Clone)]
pub struct InstallationWrite {
    /// How far it is.
    pub state: Option<InstallationState>,
    /// The provider's settings: JSON.
    pub settings: Option<String>,
    /// Where it is installed; the token of before goes with it.
    pub installed: Option<Installed>,
    /// What webhooks are signed with.
    pub sealed: SealedWrite,
    /// What they were signed with before.
    pub before: SealedWrite,
    /// Until when that is good as well, where it is put.
    pub before_until: Option<Timestamp>,
    /// The provider's secrets.
    pub secrets: SealedWrite,
    /// The token. One that is put lasts; others are kept with [`Store::keep_installation_token`].
    pub token: SealedWrite,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

impl InstallationWrite {
    /// Changes nothing yet.
    pub fn new(at: Timestamp, by: impl Into<String>) -> Self {
        Self {
            state: None,
            settings: None,
            installed: None,
            sealed: SealedWrite::Keep,
            before: SealedWrite::Keep,
            before_until: None,
            secrets: SealedWrite::Keep,
            token: SealedWrite::Keep,
            at,
            by: by.into(),
        }
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is done.
    Done,
    /// Somebody else changed it since it was read.
    Stale,
    /// The workspace is another installation's.
    Taken,
    /// The setup link was used, revoked or is too old.
    LinkGone,
}

impl Store {
    /// Changes an installation while it has the revision that was read.
    pub async fn write_installation(
        &self,
        stored: &StoredInstallation,
        write: &InstallationWrite,
    ) -> Result<Written, StoreError> {
        let doing = "change an installation";
        let of = &stored.publication;
        let mut transaction = self.write(doing).await?;
        if let Some(installed) = &write.installed {
            if let Some(link) = &installed.setup_link {
                let used = query(
                    "UPDATE setup_links SET used_at = $3 WHERE organization_id = $1 AND id = $2 \
                     AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3",
                )
                .bind(of.organization.as_str())
                .bind(link)
                .bind(write.at.as_millisecond())
                .execute(&mut *transaction)
                .await
                .doing(doing)?;
                if used.rows_affected() == 0 {
                    return Ok(Written::LinkGone);
                }
            }
            // Whatever organization they are: who has a workspace is told by nothing but the refusal.
            let taken: bool = query_scalar(
                "SELECT EXISTS (SELECT 1 FROM installations WHERE provider = $1 AND app = $2 \
                 AND workspace_id = $3 AND organization_id <> $4 \
                 AND state IN ('installed', 'suspended', 'needs_reauth'))",
            )
            .bind(&of.provider)
            .bind(&installed.app)
            .bind(&installed.workspace_id)
            .bind(of.organization.as_str())
            .fetch_one(&mut *transaction)
            .await
            .doing(doing)?;
            if taken {
                return Ok(Written::Taken);
            }
        }
        let (put_sealed, sealed) = parts(&write.sealed);
        let (put_before, before) = parts(&write.before);
        let (put_secrets, secrets) = parts(&write.secrets);
        let (put_token, token) = parts(&write.token);
        let installed = write.installed.as_ref();
        let changed = query(
            "UPDATE installations SET state = coalesce($4, state), \
             settings = coalesce($5, settings), app = coalesce($6, app), \
             workspace = coalesce($7, workspace), workspace_id = coalesce($8, workspace_id), \
             sealed = CASE WHEN $9 THEN $10 ELSE sealed END, \
             sealed_before = CASE WHEN $11 THEN $12 ELSE sealed_before END, \
             before_until = CASE WHEN $11 THEN $13 ELSE before_until END, \
             secrets = CASE WHEN $14 THEN $15 ELSE secrets END, \
             token = CASE WHEN $16 THEN $17 ELSE token END, \
             token_expires_at = CASE WHEN $16 THEN NULL ELSE token_expires_at END, \
             installed_at = coalesce($18, installed_at), \
             installed_by = coalesce($19, installed_by), \
             changed_at = $20, changed_by = $21, revision = revision + 1 \
             WHERE organization_id = $1 AND id = $2 AND revision = $3",
        )
        .bind(of.organization.as_str())
        .bind(of.installation.as_str())
        .bind(stored.revision)
        .bind(write.state.map(InstallationState::as_str))
        .bind(&write.settings)
        .bind(installed.map(|one| one.app.as_str()))
        .bind(installed.map(|one| one.workspace.as_str()))
        .bind(installed.map(|one| one.workspace_id.as_str()))
        .bind(put_sealed)
        .bind(sealed)
        .bind(put_before)
        .bind(before)
        .bind(write.before_until.map(Timestamp::as_millisecond))
        .bind(put_secrets)
        .bind(secrets)
        .bind(put_token || installed.is_some())
        .bind(token)
        .bind(installed.map(|_| write.at.as_millisecond()))
        .bind(installed.map(|_| write.by.as_str()))
        .bind(write.at.as_millisecond())
        .bind(&write.by)
        .execute(&mut *transaction)
        .await
        .doing(doing);
        match changed {
            Ok(done) if done.rows_affected() == 0 => return Ok(Written::Stale),
            Ok(_) => {}
            // Another installation of the organization has the app there.
            Err(error) if *error.reason() == Reason::Conflict => return Ok(Written::Taken),
            Err(error) => return Err(error),
        }
        // Whoever signs from here on is somebody else than those trusted who said who they are.
        let other_app = installed.is_some_and(|one| one.app != stored.app);
        if put_sealed || other_app {
            let id = of.installation.as_str();
            let forgotten = forget_people(&mut transaction, &of.organization, id);
            forgotten.await.doing(doing)?;
        }
        transaction.commit().await.doing(doing)?;
        Ok(Written::Done)
    }

    /// Uninstalls: tokens and secrets go, its workspace is free, and its publications are paused. What its
    /// webhooks are signed with stays with the address. False when it is not there.
    pub async fn uninstall(
        &self,
        organization: &OrgId,
        id: &InstallationId,
        at: Timestamp,
        by: &str,
    ) -> Result<bool, StoreError> {
        let doing = "uninstall";
        let mut transaction = self.write(doing).await?;
        let paused = query(
            "UPDATE publications SET paused_at = coalesce(paused_at, $3), changed_at = $3, \
             changed_by = $4, revision = revision + 1 \
             WHERE organization_id = $1 AND installation_id = $2 AND removed_at IS NULL",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(at.as_millisecond())
        .bind(by)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        let ended = end(&mut transaction, organization, id.as_str(), at, by);
        ended.await.doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(paused.rows_affected() > 0)
    }
}

/// Ends what an installation has at the third party, and the ways to it.
pub(crate) async fn end(
    transaction: &mut crate::writing::Writing,
    organization: &OrgId,
    id: &str,
    at: Timestamp,
    by: &str,
) -> Result<(), sqlx::Error> {
    query(
        "UPDATE installations SET state = 'revoked', workspace = NULL, workspace_id = NULL, \
         app = '', secrets = NULL, token = NULL, token_expires_at = NULL, sealed_before = NULL, \
         before_until = NULL, changed_at = $3, changed_by = $4, revision = revision + 1 \
         WHERE organization_id = $1 AND id = $2",
    )
    .bind(organization.as_str())
    .bind(id)
    .bind(at.as_millisecond())
    .bind(by)
    .execute(&mut **transaction)
    .await?;
    query("DELETE FROM install_attempts WHERE organization_id = $1 AND installation_id = $2")
        .bind(organization.as_str())
        .bind(id)
        .execute(&mut **transaction)
        .await?;
    query(
        "UPDATE setup_links SET revoked_at = $3 WHERE organization_id = $1 \
         AND installation_id = $2 AND used_at IS NULL AND revoked_at IS NULL",
    )
    .bind(organization.as_str())
    .bind(id)
    .bind(at.as_millisecond())
    .execute(&mut **transaction)
    .await?;
    forget_people(transaction, organization, id).await
}

/// Ends what people at the third party said of who they are, and the links by which they are about to.
async fn forget_people(
    transaction: &mut crate::writing::Writing,
    organization: &OrgId,
    id: &str,
) -> Result<(), sqlx::Error> {
    for sql in [
        "DELETE FROM external_people WHERE organization_id = $1 AND installation_id = $2",
        "DELETE FROM external_claims WHERE organization_id = $1 AND installation_id = $2",
    ] {
        let forgetting = query(sql).bind(organization.as_str()).bind(id);
        forgetting.execute(&mut **transaction).await?;
    }
    Ok(())
}

fn parts(write: &SealedWrite) -> (bool, Option<&[u8]>) {
    match write {
        SealedWrite::Keep => (false, None),
        SealedWrite::Put(sealed) => (true, Some(sealed)),
        SealedWrite::Drop => (true, None),
    }
}
