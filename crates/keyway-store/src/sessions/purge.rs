use jiff::Timestamp;

use crate::engine::query;
use crate::error::Doing as _;
use crate::{Store, StoreError};

impl Store {
    /// Forgets sessions in which nothing happened since a moment, with all that was said in them; at most `limit`.
    /// Those stay that somebody holds, in which something waits to be said, or for whose call somebody may
    /// still decide. Answers how many. Belongs to the installation, so it names no organization.
    pub async fn purge_sessions(
        &self,
        before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let gone = query(
            "DELETE FROM sessions WHERE seq IN (SELECT s.seq FROM sessions s WHERE s.updated_at < $1 \
             AND (s.lease_until IS NULL OR s.lease_until <= $2) \
             AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.organization_id = s.organization_id \
                 AND j.ordering_key IN ('turn/' || s.id, 'delivery/' || s.external_key) \
                 AND j.state IN ('queued', 'running')) \
             AND NOT EXISTS (SELECT 1 FROM approvals a WHERE a.session = s.id \
                 AND a.state IN ('pending', 'approved') AND a.expires_at > $2) \
             AND NOT EXISTS (SELECT 1 FROM tasks t JOIN jobs j ON j.id = t.job_id \
                 WHERE t.session_id = s.id AND t.organization_id = s.organization_id \
                 AND t.state = 'working' AND j.state IN ('queued', 'running')) \
             ORDER BY s.seq LIMIT $3)",
        )
        .bind(before.as_millisecond())
        .bind(now.as_millisecond())
        .bind(limit)
        .execute(self.pool())
        .await
        .doing("forget sessions")?;
        Ok(gone.rows_affected())
    }
}
