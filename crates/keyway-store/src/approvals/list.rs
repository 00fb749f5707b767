use keyway_core::{ApprovalId, OrgId};

use super::approval::{Approval, ApprovalState, COLUMNS, Row};
use crate::engine::{query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// Which approvals are listed.
#[derive(Debug, Clone, Default)]
pub struct ApprovalFilter<'a> {
    /// Those in this state.
    pub state: Option<ApprovalState>,
    /// Those that are asked for whom this is the id.
    pub actor: Option<&'a str>,
    /// Those that an agent asked for in this session.
    pub session: Option<&'a str>,
    /// Those asked before this place.
    pub before: Option<i64>,
}

impl Store {
    /// Approvals of an organization, the last asked first.
    pub async fn approvals(
        &self,
        organization: &OrgId,
        filter: &ApprovalFilter<'_>,
        limit: u32,
    ) -> Result<Vec<Approval>, StoreError> {
        // Each form has its index.
        let state = if filter.state.is_some() {
            "AND state = $3"
        } else {
            "AND $3 IS NULL"
        };
        let actor = if filter.actor.is_some() {
            "AND actor = $4"
        } else {
            "AND $4 IS NULL"
        };
        let session = if filter.session.is_some() {
            "AND session = $6"
        } else {
            "AND $6 IS NULL"
        };
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM approvals WHERE organization_id = $1 AND seq < $2 \
             {state} {actor} {session} ORDER BY seq DESC LIMIT $5"
        )))
        .bind(organization.as_str())
        .bind(filter.before.unwrap_or(i64::MAX))
        .bind(filter.state.map(ApprovalState::as_str))
        .bind(filter.actor)
        .bind(limit)
        .bind(filter.session)
        .fetch_all(self.pool())
        .await
        .doing("list the approvals")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One approval of an organization.
    pub async fn approval(
        &self,
        organization: &OrgId,
        id: &ApprovalId,
    ) -> Result<Option<Approval>, StoreError> {
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM approvals WHERE organization_id = $1 AND id = $2"
        )))
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read an approval")?;
        row.map(Row::read).transpose()
    }

    /// What a call is made with, sealed, and the tool's definition when it was asked about.
    pub async fn approval_contents(
        &self,
        organization: &OrgId,
        id: &ApprovalId,
    ) -> Result<Option<(Vec<u8>, String)>, StoreError> {
        query_as(
            "SELECT arguments, definition FROM approvals WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read what is asked about")
    }

    /// How many approvals of an organization wait for a decision: all, or those asked for one actor.
    pub async fn count_pending_approvals(
        &self,
        organization: &OrgId,
        actor: Option<&str>,
    ) -> Result<u64, StoreError> {
        let actors = if actor.is_some() {
            "AND actor = $2"
        } else {
            "AND $2 IS NULL"
        };
        let count: i64 = query_scalar(sqlx::AssertSqlSafe(format!(
            "SELECT count(*) FROM approvals \
             WHERE organization_id = $1 AND state = 'pending' {actors}"
        )))
        .bind(organization.as_str())
        .bind(actor)
        .fetch_one(self.pool())
        .await
        .doing("count what waits for a decision")?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// A number that has grown since it was last read when any approval changed, in any process.
    pub async fn approval_epoch(&self) -> Result<i64, StoreError> {
        query_scalar("SELECT value FROM counters WHERE name = 'approval_epoch'")
            .fetch_one(self.pool())
            .await
            .doing("read the change counter of approvals")
    }
}
