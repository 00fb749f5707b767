use jiff::Timestamp;
use keyway_core::OrgId;

use super::JobLease;
use crate::engine::{query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// How many jobs were stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoppedJobs {
    /// Those that waited.
    pub queued: u64,
    /// Those that ran.
    pub running: u64,
}

impl Store {
    /// Has what waits in an order told that somebody stopped it, and what runs of it; what waits may run at
    /// once, to end. Counts those that were not told before.
    pub async fn stop_jobs(
        &self,
        organization: &OrgId,
        ordering_key: &str,
        now: Timestamp,
    ) -> Result<StoppedJobs, StoreError> {
        let states: Vec<String> = query_scalar(
            "UPDATE jobs SET stop_at = $3, \
             run_at = CASE WHEN run_at < $3 THEN run_at ELSE $3 END WHERE organization_id = $1 \
             AND ordering_key = $2 AND state IN ('queued', 'running') AND stop_at IS NULL \
             RETURNING state",
        )
        .bind(organization.as_str())
        .bind(ordering_key)
        .bind(now.as_millisecond())
        .fetch_all(self.pool())
        .await
        .doing("stop what waits in an order")?;
        let mut stopped = StoppedJobs::default();
        for state in states {
            match state.as_str() {
                "running" => stopped.running += 1,
                _ => stopped.queued += 1,
            }
        }
        Ok(stopped)
    }

    /// Takes back what waits in an order and has not begun. Answers how many jobs those are.
    pub async fn take_back_jobs(
        &self,
        organization: &OrgId,
        ordering_key: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let taken = query(
            "UPDATE jobs SET state = 'cancelled', finished_at = $3, fence = fence + 1 \
             WHERE organization_id = $1 AND ordering_key = $2 AND state = 'queued'",
        )
        .bind(organization.as_str())
        .bind(ordering_key)
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("take back what waits in an order")?;
        Ok(taken.rows_affected())
    }

    /// Whether a job is still held by this claim, and nobody stopped what it does.
    pub async fn job_goes_on(&self, lease: &JobLease) -> Result<bool, StoreError> {
        query_scalar(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE organization_id = $1 AND id = $2 \
             AND fence = $3 AND state = 'running' AND stop_at IS NULL)",
        )
        .bind(lease.organization.as_str())
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .fetch_one(self.pool())
        .await
        .doing("look whether a job was stopped")
    }
}
