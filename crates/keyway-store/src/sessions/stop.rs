use jiff::Timestamp;
use keyway_core::{OrgId, SessionId};

use super::SessionLease;
use crate::engine::{query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// What goes on in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtWork {
    /// Somebody holds it for a turn that nobody stopped.
    pub running: bool,
    /// How many jobs are to say something in it and have not ended, and nobody stopped them: messages, and what
    /// came by webhooks.
    pub jobs: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    running: bool,
    jobs: i64,
}

impl Store {
    /// What goes on in a session that could be stopped.
    pub async fn at_work(
        &self,
        organization: &OrgId,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<AtWork, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT coalesce(lease_until > $3, FALSE) AND coalesce(stop_fence < fence, TRUE) AS running, \
             (SELECT count(*) FROM jobs j WHERE j.organization_id = $1 AND j.stop_at IS NULL \
                 AND j.ordering_key IN ('turn/' || sessions.id, 'delivery/' || sessions.external_key) \
                 AND j.state IN ('queued', 'running')) AS jobs \
             FROM sessions WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .fetch_optional(self.pool())
        .await
        .doing("look at what goes on in a session")?;
        Ok(row.map_or(
            AtWork {
                running: false,
                jobs: 0,
            },
            |row| AtWork {
                running: row.running,
                jobs: u64::try_from(row.jobs).unwrap_or_default(),
            },
        ))
    }

    /// Has whoever holds a session for a turn told that somebody stopped it. False where nobody holds it, or
    /// it was stopped before.
    pub async fn stop_turn(
        &self,
        organization: &OrgId,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let told = query(
            "UPDATE sessions SET stop_fence = fence WHERE organization_id = $1 AND id = $2 \
             AND lease_until > $3 AND (stop_fence IS NULL OR stop_fence < fence)",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("stop a turn")?;
        Ok(told.rows_affected() > 0)
    }

    /// Whether somebody stopped the turn that a session is held for.
    pub async fn turn_stopped(&self, lease: &SessionLease) -> Result<bool, StoreError> {
        query_scalar(
            "SELECT EXISTS (SELECT 1 FROM sessions WHERE organization_id = $1 AND id = $2 \
             AND stop_fence >= $3)",
        )
        .bind(lease.organization.as_str())
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .fetch_one(self.pool())
        .await
        .doing("look whether a turn was stopped")
    }
}
