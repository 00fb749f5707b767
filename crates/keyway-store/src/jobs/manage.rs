use jiff::Timestamp;
use keyway_core::{JobId, OrgId};

use super::job::{COLUMNS, Job, JobState, Row};
use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// Which jobs are listed.
#[derive(Debug, Clone, Default)]
pub struct JobFilter<'a> {
    /// Those in this state.
    pub state: Option<JobState>,
    /// Those for whom this is the id.
    pub actor: Option<&'a str>,
    /// Those queued before this place.
    pub before: Option<i64>,
}

impl Store {
    /// Jobs of an organization, the last queued first.
    pub async fn jobs(
        &self,
        organization: &OrgId,
        filter: &JobFilter<'_>,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM jobs WHERE organization_id = $1 AND seq < $2 \
             AND ($3 IS NULL OR state = $3) AND ($4 IS NULL OR actor = $4) \
             ORDER BY seq DESC LIMIT $5"
        );
        let rows: Vec<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(filter.state.map(JobState::as_str))
            .bind(filter.actor)
            .bind(limit)
            .fetch_all(self.pool())
            .await
            .doing("list the jobs")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One job of an organization.
    pub async fn job(&self, organization: &OrgId, id: &JobId) -> Result<Option<Job>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM jobs WHERE organization_id = $1 AND id = $2");
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read a job")?;
        row.map(Row::read).transpose()
    }

    /// Queues a job again that is dead or was cancelled, with all its attempts before it. False when
    /// it is neither.
    pub async fn retry_job(
        &self,
        organization: &OrgId,
        id: &JobId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = query(
            "UPDATE jobs SET state = 'queued', attempts = 0, run_at = $3, finished_at = NULL, stop_at = NULL \
             WHERE organization_id = $1 AND id = $2 AND state IN ('dead', 'cancelled')",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("queue a job again")?;
        Ok(changed.rows_affected() > 0)
    }

    /// Takes back a job that has not ended. Whoever holds it loses it. False when it has ended.
    pub async fn cancel_job(
        &self,
        organization: &OrgId,
        id: &JobId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = query(
            "UPDATE jobs SET state = 'cancelled', finished_at = $3, fence = fence + 1, \
             lease_holder = NULL, lease_until = NULL \
             WHERE organization_id = $1 AND id = $2 AND state IN ('queued', 'running')",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("cancel a job")?;
        Ok(changed.rows_affected() > 0)
    }

    /// Forgets jobs that were done or cancelled before one moment, and those that died before
    /// another; at most `limit`. Answers how many. Belongs to the installation, so it names no
    /// organization.
    pub async fn purge_jobs(
        &self,
        done_before: Timestamp,
        dead_before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let gone = query(
            "DELETE FROM jobs WHERE seq IN (SELECT seq FROM jobs WHERE finished_at IS NOT NULL \
             AND finished_at < CASE state WHEN 'dead' THEN $2 ELSE $1 END LIMIT $3)",
        )
        .bind(done_before.as_millisecond())
        .bind(dead_before.as_millisecond())
        .bind(limit)
        .execute(self.pool())
        .await
        .doing("forget jobs that ended")?;
        Ok(gone.rows_affected())
    }
}
