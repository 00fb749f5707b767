use jiff::{SignedDuration, Timestamp};
use keyway_core::{InstallationId, OrgId};

use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// How long one that lapsed is kept, so that whoever is late is told so.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A browser that is at a third party to install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallAttempt {
    /// The hash of its `state`.
    pub id: String,
    /// The organization.
    pub organization: OrgId,
    /// The installation.
    pub installation: InstallationId,
    /// The hash of the cookie of the browser it began in.
    pub browser: String,
    /// The setup link it began with, by its hash.
    pub setup_link: Option<String>,
    /// What is needed to go on, sealed; absent once it was used.
    pub sealed: Option<Vec<u8>>,
    /// Until when it may come back.
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    organization_id: String,
    installation_id: String,
    browser: String,
    setup_link: Option<String>,
    sealed: Option<Vec<u8>>,
    expires_at: i64,
}

impl Store {
    /// Keeps an attempt until the browser comes back. Those that lapsed long ago go.
    pub async fn begin_install(
        &self,
        new: &InstallAttempt,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let doing = "keep an attempt to install";
        let mut transaction = self.write(doing).await?;
        let old = now.checked_sub(KEPT).unwrap_or(now);
        query("DELETE FROM install_attempts WHERE expires_at <= $1")
            .bind(old.as_millisecond())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        query(
            "INSERT INTO install_attempts (id, organization_id, installation_id, browser, \
             setup_link, sealed, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&new.id)
        .bind(new.organization.as_str())
        .bind(new.installation.as_str())
        .bind(&new.browser)
        .bind(&new.setup_link)
        .bind(&new.sealed)
        .bind(new.expires_at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)
    }

    /// The attempt whose state has this hash. Names no organization: who comes back is nobody yet, and the
    /// state tells whose it is.
    pub async fn install_attempt(&self, id: &str) -> Result<Option<InstallAttempt>, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT id, organization_id, installation_id, browser, setup_link, sealed, expires_at \
             FROM install_attempts WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(self.pool())
        .await
        .doing("look for an attempt to install")?;
        row.map(Row::read).transpose()
    }

    /// Uses an attempt up. False when it was used or lapsed.
    pub async fn use_install_attempt(
        &self,
        attempt: &InstallAttempt,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let used = query(
            "UPDATE install_attempts SET sealed = NULL WHERE organization_id = $1 AND id = $2 \
             AND sealed IS NOT NULL AND expires_at > $3",
        )
        .bind(attempt.organization.as_str())
        .bind(&attempt.id)
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("use an attempt to install")?;
        Ok(used.rows_affected() > 0)
    }
}

impl Row {
    fn read(self) -> Result<InstallAttempt, StoreError> {
        Ok(InstallAttempt {
            id: self.id,
            organization: store::id(&self.organization_id)?,
            installation: store::id(&self.installation_id)?,
            browser: self.browser,
            setup_link: self.setup_link,
            sealed: self.sealed,
            expires_at: store::moment(self.expires_at)?,
        })
    }
}
