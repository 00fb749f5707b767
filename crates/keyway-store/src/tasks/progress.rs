use jiff::Timestamp;
use keyway_core::{SessionId, TaskId};

use crate::engine::{pair, query};
use crate::error::Doing as _;
use crate::{JobLease, Store, StoreError};

/// Changes a task while its job is held by the lease: `$1` to `$4` are the organization, the task, the
/// job and its fence.
macro_rules! held {
    ($set:literal, $if:literal, $stays:literal) => {
        concat!(
            "UPDATE tasks SET ",
            $set,
            " WHERE organization_id = $1 AND id = $2 AND job_id = $3 AND state = 'working' ",
            $if,
            " AND EXISTS (SELECT 1 FROM jobs j WHERE j.id = $3 AND j.fence = $4 \
             AND j.state = 'running'",
            $stays,
            ")"
        )
    };
    ($set:literal, $if:literal) => {
        pair(held!($set, $if, ""), held!($set, $if, " FOR SHARE"))
    };
}

/// What came of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskEnd {
    /// A result.
    Completed,
    /// An error of the protocol.
    Failed,
}

impl Store {
    /// Writes down in which session an agent is asked, and which event was the last one in it before;
    /// once. Nothing is written by who no longer holds the job.
    pub async fn task_in_session(
        &self,
        lease: &JobLease,
        id: &TaskId,
        session: &SessionId,
        after: u64,
    ) -> Result<(), StoreError> {
        query(held!(
            "session_id = $5, session_after = $6",
            "AND session_id IS NULL"
        ))
        .bind(lease.organization.as_str())
        .bind(id.as_str())
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .bind(session.as_str())
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .execute(self.pool())
        .await
        .map(drop)
        .doing("write down where a task is said")
    }

    /// Ends a task with what came of it, sealed. False, and nothing is written, for who no longer holds
    /// the job, or when it has ended.
    pub async fn end_task(
        &self,
        lease: &JobLease,
        id: &TaskId,
        (end, outcome): (TaskEnd, &[u8]),
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ended = query(held!("state = $5, outcome = $6, updated_at = $7", ""))
            .bind(lease.organization.as_str())
            .bind(id.as_str())
            .bind(lease.id.as_str())
            .bind(lease.fence)
            .bind(match end {
                TaskEnd::Completed => "completed",
                TaskEnd::Failed => "failed",
            })
            .bind(outcome)
            .bind(now.as_millisecond())
            .execute(self.pool())
            .await
            .doing("end a task")?;
        Ok(ended.rows_affected() > 0)
    }
}
