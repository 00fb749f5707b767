use jiff::Timestamp;
use keyway_core::{OrgId, SessionId};

use crate::error::Doing as _;
use crate::{Store, StoreError};

/// What became of a session that was to be archived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archiving {
    /// It is archived.
    Done,
    /// It is not as it would have to be: it was archived before, somebody holds it, something waits to be
    /// said in it, or it is not there.
    Unchanged,
}

impl Store {
    /// Archives a session in which nothing goes on and nothing waits.
    pub async fn archive_session(
        &self,
        organization: &OrgId,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<Archiving, StoreError> {
        let done = sqlx::query(
            "UPDATE sessions SET archived_at = $3, updated_at = $3 \
             WHERE organization_id = $1 AND id = $2 AND archived_at IS NULL \
             AND (lease_until IS NULL OR lease_until <= $3) \
             AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.organization_id = $1 \
                 AND j.ordering_key IN ('turn/' || sessions.id, 'delivery/' || sessions.external_key) \
                 AND j.state IN ('queued', 'running'))",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("archive a session")?;
        Ok(of(done.rows_affected()))
    }

    /// Lets an archived session go on.
    pub async fn unarchive_session(
        &self,
        organization: &OrgId,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<Archiving, StoreError> {
        let done = sqlx::query(
            "UPDATE sessions SET archived_at = NULL, updated_at = $3 \
             WHERE organization_id = $1 AND id = $2 AND archived_at IS NOT NULL",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("let an archived session go on")?;
        Ok(of(done.rows_affected()))
    }
}

fn of(changed: u64) -> Archiving {
    if changed > 0 {
        Archiving::Done
    } else {
        Archiving::Unchanged
    }
}
