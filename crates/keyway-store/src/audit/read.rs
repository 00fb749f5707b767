use jiff::Timestamp;
use keyway_core::OrgId;
use sqlx::{QueryBuilder, Sqlite};

use super::log::{AuditHead, head};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// An event as it stands in the log. Nothing of it is checked: see [`super::event_hash`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Whose log it is.
    pub organization: OrgId,
    /// Its place in the log, from 1.
    pub seq: i64,
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
    /// What happened.
    pub record: String,
    /// The hash of the event before it.
    pub previous: Vec<u8>,
    /// Its own.
    pub hash: Vec<u8>,
}

/// A signed word on how far a log had come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCheckpoint {
    /// Whose log it is.
    pub organization: OrgId,
    /// The place of the last event.
    pub seq: i64,
    /// When it was signed, in milliseconds since 1970.
    pub at: i64,
    /// The last event's hash.
    pub hash: Vec<u8>,
    /// The master key behind the signing key.
    pub key_id: String,
    /// Ed25519, over [`super::checkpoint_text`].
    pub signature: Vec<u8>,
}

/// Which events are looked for. Everything that is given has to hold.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Events of this kind.
    pub kind: Option<String>,
    /// Events of this actor's, by id.
    pub actor: Option<String>,
    /// Calls of this tool, by the name clients know.
    pub tool: Option<String>,
    /// Events about this, by id or name.
    pub target: Option<String>,
    /// Events from here on.
    pub since: Option<Timestamp>,
    /// Events before this.
    pub until: Option<Timestamp>,
}

impl AuditFilter {
    fn push(&self, query: &mut QueryBuilder<Sqlite>) {
        for (column, value) in [
            (" AND kind = ", &self.kind),
            (" AND actor = ", &self.actor),
            (" AND tool = ", &self.tool),
            (" AND target = ", &self.target),
        ] {
            if let Some(value) = value {
                query.push(column).push_bind(value.clone());
            }
        }
        if let Some(since) = self.since {
            query.push(" AND at >= ").push_bind(since.as_millisecond());
        }
        if let Some(until) = self.until {
            query.push(" AND at < ").push_bind(until.as_millisecond());
        }
    }
}

type Columns = (i64, i64, String, Vec<u8>, Vec<u8>);
type CheckpointColumns = (i64, i64, Vec<u8>, String, Vec<u8>);

const SELECT: &str =
    "SELECT seq, at, record, previous, hash FROM audit_events WHERE organization_id = ";

impl Store {
    /// Events after a place, oldest first, at most `limit`.
    pub async fn audit_after(
        &self,
        organization: &OrgId,
        filter: &AuditFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let mut query = QueryBuilder::new(SELECT);
        query.push_bind(organization.as_str());
        query.push(" AND seq > ").push_bind(after);
        filter.push(&mut query);
        query.push(" ORDER BY seq LIMIT ").push_bind(limit);
        self.audit_rows(organization, query).await
    }

    /// Events before a place, or the last ones, newest first, at most `limit`.
    pub async fn audit_before(
        &self,
        organization: &OrgId,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let mut query = QueryBuilder::new(SELECT);
        query.push_bind(organization.as_str());
        query
            .push(" AND seq < ")
            .push_bind(before.unwrap_or(i64::MAX));
        filter.push(&mut query);
        query.push(" ORDER BY seq DESC LIMIT ").push_bind(limit);
        self.audit_rows(organization, query).await
    }

    /// Where a log ends.
    pub async fn audit_head(&self, organization: &OrgId) -> Result<AuditHead, StoreError> {
        let mut connection = self.pool().acquire().await.doing("read the audit log")?;
        head(&mut connection, organization).await
    }

    /// The checkpoints of a log after a place, oldest first.
    pub async fn audit_checkpoints(
        &self,
        organization: &OrgId,
        after: i64,
    ) -> Result<Vec<AuditCheckpoint>, StoreError> {
        let rows: Vec<CheckpointColumns> = sqlx::query_as(
            "SELECT seq, at, hash, key_id, signature FROM audit_checkpoints \
             WHERE organization_id = $1 AND seq > $2 ORDER BY seq",
        )
        .bind(organization.as_str())
        .bind(after)
        .fetch_all(self.pool())
        .await
        .doing("read the checkpoints of the audit log")?;
        let rows = rows.into_iter();
        Ok(rows
            .map(|(seq, at, hash, key_id, signature)| AuditCheckpoint {
                organization: organization.clone(),
                seq,
                at,
                hash,
                key_id,
                signature,
            })
            .collect())
    }

    /// Every organization that has a log, also those that are gone. Names none: it is for who looks
    /// after the installation.
    pub async fn audited_organizations(&self) -> Result<Vec<OrgId>, StoreError> {
        // By hand: SQLite has no skipping scan, and a log may have millions of rows.
        let mut found = Vec::new();
        let mut last = String::new();
        loop {
            let next: Option<String> = sqlx::query_scalar(
                "SELECT min(organization_id) FROM ( \
                 SELECT min(organization_id) AS organization_id FROM audit_events \
                 WHERE organization_id > $1 UNION ALL \
                 SELECT min(organization_id) FROM audit_checkpoints WHERE organization_id > $1)",
            )
            .bind(&last)
            .fetch_one(self.pool())
            .await
            .doing("list the audit logs")?;
            let Some(next) = next else {
                return Ok(found);
            };
            found.push(store::id(&next)?);
            last = next;
        }
    }

    async fn audit_rows(
        &self,
        organization: &OrgId,
        mut query: QueryBuilder<Sqlite>,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let query = query.build_query_as::<Columns>();
        let rows = query.fetch_all(self.pool()).await;
        let rows = rows.doing("read the audit log")?.into_iter();
        Ok(rows
            .map(|(seq, at, record, previous, hash)| AuditRow {
                organization: organization.clone(),
                seq,
                at,
                record,
                previous,
                hash,
            })
            .collect())
    }
}
