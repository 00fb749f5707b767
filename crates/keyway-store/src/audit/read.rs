use jiff::Timestamp;
use keyway_core::OrgId;

use super::block::StoredBlock;
use super::log::{AuditHead, head};
use crate::engine::{QueryBuilder, query_as, query_scalar};
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
    /// Calls of tools of this MCP server, by its key.
    pub server: Option<String>,
    /// Events that ended like this.
    pub outcome: Option<String>,
    /// Events of this request, by its id.
    pub request: Option<String>,
    /// Events from here on.
    pub since: Option<Timestamp>,
    /// Events before this.
    pub until: Option<Timestamp>,
}

type CheckpointColumns = (i64, i64, Vec<u8>, String, Vec<u8>);

/// How many blocks are read at once, at first and at most.
const BLOCKS: std::ops::RangeInclusive<u32> = 1..=64;

impl Store {
    /// Events after a place, oldest first, at most `limit`.
    pub async fn audit_after(
        &self,
        organization: &OrgId,
        filter: &AuditFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let (mut found, mut blocks) = (Vec::new(), *BLOCKS.start());
        // Where the last block begins that was read.
        let mut read_to = None;
        loop {
            let mut query = select(organization, filter);
            if let Some(first) = read_to {
                query.push(" AND b.first > ").push_bind(first);
            } else {
                // The block that the place is in, or that ends with it.
                query.push(
                    " AND b.first >= coalesce((SELECT max(first) FROM audit_blocks \
                     WHERE organization_id = ",
                );
                query.push_bind(organization.as_str().to_owned());
                query.push(" AND first <= ").push_bind(after).push("), 0)");
            }
            query.push(" ORDER BY b.first LIMIT ").push_bind(blocks);
            let read = self.audit_blocks(query).await?;
            for row in read.iter().flat_map(|block| block.rows(organization)) {
                if row.seq > after && filter.finds(&row) {
                    found.push(row);
                }
                if found.len() >= limit as usize {
                    return Ok(found);
                }
            }
            match read.last() {
                Some(block) if read.len() >= blocks as usize => read_to = Some(block.first),
                _ => return Ok(found),
            }
            blocks = (blocks * 4).min(*BLOCKS.end());
        }
    }

    /// Events before a place, or the last ones, newest first, at most `limit`.
    pub async fn audit_before(
        &self,
        organization: &OrgId,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let (mut found, mut before) = (Vec::new(), before.unwrap_or(i64::MAX));
        let mut blocks = *BLOCKS.start();
        loop {
            let mut query = select(organization, filter);
            query.push(" AND b.first < ").push_bind(before);
            query
                .push(" ORDER BY b.first DESC LIMIT ")
                .push_bind(blocks);
            let read = self.audit_blocks(query).await?;
            let rows = read.iter().map(|block| block.rows(organization));
            for row in rows.flat_map(|rows| rows.into_iter().rev()) {
                if row.seq < before && filter.finds(&row) {
                    found.push(row);
                }
                if found.len() >= limit as usize {
                    return Ok(found);
                }
            }
            match read.last() {
                Some(block) if read.len() >= blocks as usize => before = block.first,
                _ => return Ok(found),
            }
            blocks = (blocks * 4).min(*BLOCKS.end());
        }
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
        let rows: Vec<CheckpointColumns> = query_as(
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

    /// The last checkpoint of a log.
    pub async fn last_audit_checkpoint(
        &self,
        organization: &OrgId,
    ) -> Result<Option<AuditCheckpoint>, StoreError> {
        let row: Option<CheckpointColumns> = query_as(
            "SELECT seq, at, hash, key_id, signature FROM audit_checkpoints \
             WHERE organization_id = $1 ORDER BY seq DESC LIMIT 1",
        )
        .bind(organization.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read the last checkpoint of the audit log")?;
        Ok(
            row.map(|(seq, at, hash, key_id, signature)| AuditCheckpoint {
                organization: organization.clone(),
                seq,
                at,
                hash,
                key_id,
                signature,
            }),
        )
    }

    /// Every organization that has a log, also those that are gone. Names none: it is for who looks
    /// after the installation.
    pub async fn audited_organizations(&self) -> Result<Vec<OrgId>, StoreError> {
        // By hand: SQLite has no skipping scan, and a log may have millions of rows.
        let mut found = Vec::new();
        let mut last = String::new();
        loop {
            let next: Option<String> = query_scalar(
                "SELECT min(organization_id) FROM ( \
                 SELECT min(organization_id) AS organization_id FROM audit_blocks \
                 WHERE organization_id > $1 UNION ALL \
                 SELECT min(organization_id) FROM audit_checkpoints WHERE organization_id > $1) AS found",
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

    pub(super) async fn audit_blocks(
        &self,
        query: QueryBuilder<'_>,
    ) -> Result<Vec<StoredBlock>, StoreError> {
        let read = query.build_query_as().fetch_all(self.pool()).await;
        read.doing("read the audit log")
    }
}

/// The blocks that may have events that are looked for.
pub(super) fn select(organization: &OrgId, filter: &AuditFilter) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(StoredBlock::COLUMNS);
    match filter.mark() {
        None => {
            query.push(" FROM audit_blocks b WHERE b.organization_id = ");
            query.push_bind(organization.as_str().to_owned());
        }
        Some((field, value)) => {
            query.push(
                " FROM audit_marks m CROSS JOIN audit_blocks b \
                 WHERE b.organization_id = m.organization_id AND b.first = m.first \
                 AND m.organization_id = ",
            );
            query.push_bind(organization.as_str().to_owned());
            query.push(" AND m.field = ").push_bind(field);
            query.push(" AND m.value = ").push_bind(value.to_owned());
        }
    }
    if let Some(since) = filter.since {
        let since = since.as_millisecond();
        query.push(" AND b.until >= ").push_bind(since);
    }
    if let Some(until) = filter.until {
        let until = until.as_millisecond();
        query.push(" AND b.since < ").push_bind(until);
    }
    query
}
