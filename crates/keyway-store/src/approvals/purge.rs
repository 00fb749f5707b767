use jiff::Timestamp;

use crate::engine::query;
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// Rows of every organization: their age belongs to the installation.
impl Store {
    /// Ends what nobody decided or ran in time. Answers how many.
    pub async fn expire_approvals(&self, now: Timestamp) -> Result<u64, StoreError> {
        let expired = query(
            "UPDATE approvals SET state = 'expired' \
             WHERE state IN ('pending', 'approved') AND expires_at <= $1",
        )
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("end approvals whose time is over")?;
        Ok(expired.rows_affected())
    }

    /// Forgets approvals that were asked before a moment and are not open any more; at most `limit`.
    /// Answers how many.
    pub async fn purge_approvals(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let gone = query(
            "DELETE FROM approvals WHERE seq IN (SELECT seq FROM approvals WHERE created_at < $1 \
             AND state NOT IN ('pending', 'approved') \
             AND (state <> 'executed' OR outcome IS NOT NULL) LIMIT $2)",
        )
        .bind(before.as_millisecond())
        .bind(limit)
        .execute(self.pool())
        .await
        .doing("forget approvals that ended")?;
        Ok(gone.rows_affected())
    }
}
