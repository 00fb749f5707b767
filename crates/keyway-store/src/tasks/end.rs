use jiff::Timestamp;
use keyway_core::{OrgId, TaskId};

use crate::engine::{Connection, query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError};

impl Store {
    /// Takes a task back that has not ended, and its job with it. False when it has ended.
    pub async fn cancel_task(
        &self,
        organization: &OrgId,
        id: &TaskId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let doing = "cancel a task";
        let mut transaction = self.write(doing).await?;
        let job: Option<String> = query_scalar(
            "UPDATE tasks SET state = 'cancelled', updated_at = $3 WHERE organization_id = $1 \
             AND id = $2 AND state = 'working' RETURNING job_id",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(now.as_millisecond())
        .fetch_optional(&mut *transaction)
        .await
        .doing(doing)?;
        let Some(job) = job else {
            return Ok(false);
        };
        cancel_jobs(&mut transaction, &[job], now).await?;
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// Forgets tasks that are over their time; at most `limit`. The jobs of those that have not ended are
    /// taken back. Answers how many. Belongs to the installation, so it names no organization.
    pub async fn purge_tasks(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let doing = "forget tasks";
        let due: bool = query_scalar("SELECT EXISTS (SELECT 1 FROM tasks WHERE expires_at <= $1)")
            .bind(now.as_millisecond())
            .fetch_one(self.pool())
            .await
            .doing(doing)?;
        if !due {
            return Ok(0);
        }
        let mut transaction = self.write(doing).await?;
        let gone: Vec<String> = query_scalar(
            "DELETE FROM tasks WHERE seq IN (SELECT seq FROM tasks WHERE expires_at <= $1 \
             ORDER BY expires_at LIMIT $2) RETURNING job_id",
        )
        .bind(now.as_millisecond())
        .bind(limit)
        .fetch_all(&mut *transaction)
        .await
        .doing(doing)?;
        cancel_jobs(&mut transaction, &gone, now).await?;
        transaction.commit().await.doing(doing)?;
        Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
    }
}

/// Takes back those of some jobs that have not ended. Whoever holds one loses it.
async fn cancel_jobs(
    connection: &mut Connection,
    jobs: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    for job in jobs {
        query(
            "UPDATE jobs SET state = 'cancelled', finished_at = $2, fence = fence + 1, \
             lease_holder = NULL, lease_until = NULL \
             WHERE id = $1 AND state IN ('queued', 'running')",
        )
        .bind(job)
        .bind(now.as_millisecond())
        .execute(&mut *connection)
        .await
        .doing("cancel the job of a task")?;
    }
    Ok(())
}
