use jiff::Timestamp;
use keyway_core::{InstallationId, OrgId};

use crate::engine::query_as;
use crate::error::Doing as _;
use crate::publications::{COLUMNS, Row, TABLES};
use crate::{PublicationFilter, Store, StoreError, StoredPublication, store};

/// An installation, with the publication it was made for and what is sealed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredInstallation {
    /// The publication, which knows settings, state and workspace.
    pub publication: StoredPublication,
    /// The third party's id of the app; empty where there is none.
    pub app: String,
    /// The third party's id of where it is installed.
    pub workspace_id: Option<String>,
    /// What webhooks are signed with, sealed.
    pub sealed: Option<Vec<u8>>,
    /// What they were signed with before, sealed.
    pub before: Option<Vec<u8>>,
    /// Until when that is good as well.
    pub before_until: Option<Timestamp>,
    /// The provider's secrets, sealed.
    pub secrets: Option<Vec<u8>>,
    /// The token, sealed.
    pub token: Option<Vec<u8>>,
    /// When the token is worth nothing any more; absent where it lasts.
    pub token_expires_at: Option<Timestamp>,
    /// How often it changed, from one.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was installed last.
    pub installed_at: Option<Timestamp>,
    /// By whom.
    pub installed_by: Option<String>,
    /// When it last changed.
    pub changed_at: Option<Timestamp>,
    /// By whom.
    pub changed_by: Option<String>,
}

const OWN: &str = "i.app, i.workspace_id, i.sealed, i.sealed_before, i.before_until, i.secrets, \
     i.token, i.token_expires_at, i.revision AS own_revision, i.created_at AS own_created_at, \
     i.installed_at, i.installed_by, i.changed_at AS own_changed_at, \
     i.changed_by AS own_changed_by";

#[derive(sqlx::FromRow)]
struct OwnRow {
    #[sqlx(flatten)]
    row: Row,
    app: String,
    workspace_id: Option<String>,
    sealed: Option<Vec<u8>>,
    sealed_before: Option<Vec<u8>>,
    before_until: Option<i64>,
    secrets: Option<Vec<u8>>,
    token: Option<Vec<u8>>,
    token_expires_at: Option<i64>,
    own_revision: i64,
    own_created_at: i64,
    installed_at: Option<i64>,
    installed_by: Option<String>,
    own_changed_at: Option<i64>,
    own_changed_by: Option<String>,
}

impl Store {
    /// Installations of an organization whose publications were not removed, the last made first.
    pub async fn installations(
        &self,
        organization: &OrgId,
        filter: PublicationFilter<'_>,
        limit: u32,
    ) -> Result<Vec<StoredInstallation>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, {OWN} FROM {TABLES} WHERE p.organization_id = $1 AND p.seq < $2 \
             AND p.removed_at IS NULL AND ($3 IS NULL OR p.agent = $3) ORDER BY p.seq DESC LIMIT $4"
        );
        let rows: Vec<OwnRow> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(filter.agent)
            .bind(limit)
            .fetch_all(self.pool())
            .await
            .doing("list the installations")?;
        rows.into_iter().map(OwnRow::read).collect()
    }

    /// One installation of an organization whose publication was not removed.
    pub async fn installation(
        &self,
        organization: &OrgId,
        id: &InstallationId,
    ) -> Result<Option<StoredInstallation>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, {OWN} FROM {TABLES} WHERE i.organization_id = $1 AND i.id = $2 \
             AND p.removed_at IS NULL ORDER BY p.seq LIMIT 1"
        );
        let row: Option<OwnRow> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read an installation")?;
        row.map(OwnRow::read).transpose()
    }
}

impl OwnRow {
    fn read(self) -> Result<StoredInstallation, StoreError> {
        let moment = |at: Option<i64>| at.map(store::moment).transpose();
        Ok(StoredInstallation {
            publication: self.row.read()?,
            app: self.app,
            workspace_id: self.workspace_id,
            sealed: self.sealed,
            before: self.sealed_before,
            before_until: moment(self.before_until)?,
            secrets: self.secrets,
            token: self.token,
            token_expires_at: moment(self.token_expires_at)?,
            revision: self.own_revision,
            created_at: store::moment(self.own_created_at)?,
            installed_at: moment(self.installed_at)?,
            installed_by: self.installed_by,
            changed_at: moment(self.own_changed_at)?,
            changed_by: self.own_changed_by,
        })
    }
}
