use jiff::Timestamp;
use keyway_core::provider::Granularity;
use keyway_core::{InstallationId, OrgId, PublicationId};

use crate::engine::query_as;
use crate::error::Doing as _;
use crate::installations::InstallationState;
use crate::{Store, StoreError, store};

/// A publication and what its installation was told, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPublication {
    /// Its place in the order of making.
    pub seq: i64,
    /// Its id.
    pub id: PublicationId,
    /// Whose it is.
    pub organization: OrgId,
    /// The installation it goes through.
    pub installation: InstallationId,
    /// The provider's id.
    pub provider: String,
    /// The installation's settings: JSON.
    pub settings: String,
    /// Its name for people.
    pub name: String,
    /// The agent's slug.
    pub agent: String,
    /// The machine identity that its sessions act as. It may be gone.
    pub account: String,
    /// Which events meet in one session.
    pub granularity: Granularity,
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
    /// How far its installation is.
    pub state: InstallationState,
    /// Where it is installed: JSON.
    pub workspace: Option<String>,
    /// Since when nothing wakes it.
    pub paused_at: Option<Timestamp>,
    /// How often it changed, from one.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
}

/// Which publications are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct PublicationFilter<'a> {
    /// Those of this agent, by its slug.
    pub agent: Option<&'a str>,
    /// Those made before this place.
    pub before: Option<i64>,
}

/// The columns of a [`Row`], of `publications AS p` and `installations AS i`.
pub(crate) const COLUMNS: &str = "p.seq, p.id, p.organization_id, p.installation_id, i.provider, \
     i.settings, p.name, p.agent, p.account, p.granularity, p.triggers, p.scopes, i.state, \
     i.workspace, p.paused_at, p.revision, p.created_at, p.created_by, p.changed_at, p.changed_by, p.removed_at, \
     p.limits, p.schedule, p.next_run_at";

/// Where they are.
pub(crate) const TABLES: &str = "publications p JOIN installations i ON i.id = p.installation_id";

impl Store {
    /// Publications of an organization that were not removed, the last made first.
    pub async fn publications(
        &self,
        organization: &OrgId,
        filter: PublicationFilter<'_>,
        limit: u32,
    ) -> Result<Vec<StoredPublication>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE p.organization_id = $1 AND p.seq < $2 \
             AND p.removed_at IS NULL AND ($3 IS NULL OR p.agent = $3) ORDER BY p.seq DESC LIMIT $4"
        );
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(filter.agent)
            .bind(limit)
            .fetch_all(self.pool())
            .await
            .doing("list the publications")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One publication of an organization, also one that was removed.
    pub async fn publication(
        &self,
        organization: &OrgId,
        id: &PublicationId,
    ) -> Result<Option<StoredPublication>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM {TABLES} WHERE p.organization_id = $1 AND p.id = $2");
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read a publication")?;
        row.map(Row::read).transpose()
    }

    /// How many publications of each provider an organization has, by the provider's id.
    pub async fn count_publications(
        &self,
        organization: &OrgId,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let rows: Vec<(String, i64)> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT i.provider, count(*) FROM {TABLES} WHERE p.organization_id = $1 \
             AND p.removed_at IS NULL GROUP BY i.provider"
        )))
        .bind(organization.as_str())
        .fetch_all(self.pool())
        .await
        .doing("count the publications")?;
        let count = |(provider, count)| (provider, u64::try_from(count).unwrap_or_default());
        Ok(rows.into_iter().map(count).collect())
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    seq: i64,
    id: String,
    organization_id: String,
    installation_id: String,
    provider: String,
    settings: String,
    name: String,
    agent: String,
    account: String,
    granularity: String,
    triggers: String,
    scopes: String,
    state: String,
    workspace: Option<String>,
    paused_at: Option<i64>,
    revision: i64,
    created_at: i64,
    created_by: String,
    changed_at: i64,
    changed_by: String,
    removed_at: Option<i64>,
    limits: String,
    schedule: Option<String>,
    next_run_at: Option<i64>,
}

impl Row {
    pub(crate) fn read(self) -> Result<StoredPublication, StoreError> {
        Ok(StoredPublication {
            seq: self.seq,
            id: store::id(&self.id)?,
            organization: store::id(&self.organization_id)?,
            installation: store::id(&self.installation_id)?,
            provider: self.provider,
            settings: self.settings,
            name: self.name,
            agent: self.agent,
            account: self.account,
            granularity: self.granularity.parse().map_err(|_| store::damaged())?,
            triggers: self.triggers,
            scopes: self.scopes,
            limits: self.limits,
            schedule: self.schedule,
            next_run_at: self.next_run_at.map(store::moment).transpose()?,
            state: self.state.parse().map_err(|_| store::damaged())?,
            workspace: self.workspace,
            paused_at: self.paused_at.map(store::moment).transpose()?,
            revision: self.revision,
            created_at: store::moment(self.created_at)?,
            created_by: self.created_by,
            changed_at: store::moment(self.changed_at)?,
            changed_by: self.changed_by,
            removed_at: self.removed_at.map(store::moment).transpose()?,
        })
    }
}
