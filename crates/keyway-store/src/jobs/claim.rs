use jiff::Timestamp;
use keyway_core::{JobId, OrgId};

use super::job::{Job, Row};
use super::take;
use crate::engine::{Dialect, query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// What a worker asks for.
#[derive(Debug, Clone)]
pub struct ClaimJobs<'a> {
    /// The kinds it knows.
    pub kinds: &'a [&'a str],
    /// Who it is, for people who look.
    pub holder: &'a str,
    /// Now.
    pub now: Timestamp,
    /// Until when it holds what it gets.
    pub until: Timestamp,
    /// The most jobs it takes.
    pub limit: u32,
}

/// The proof that someone holds a job: its fence is the one of the last claim, or nothing is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLease {
    /// Whose job it is.
    pub organization: OrgId,
    /// The job.
    pub id: JobId,
    /// Which claim of it; each has a higher number than the one before.
    pub fence: i64,
}

/// A job that was claimed, and all that is needed to do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The claim.
    pub lease: JobLease,
    /// The job; this attempt is counted.
    pub job: Job,
    /// For whom: JSON.
    pub asker: String,
    /// With what: JSON.
    pub payload: String,
}

#[derive(sqlx::FromRow)]
pub(super) struct ClaimedRow {
    #[sqlx(flatten)]
    row: Row,
    organization_id: String,
    fence: i64,
    payload: String,
}

/// The code of a job whose last worker never said how it ended.
const LOST: &str = "lease_expired";

impl Store {
    /// Claims jobs whose moment has come and that nobody holds, or whose holder has let the lease run
    /// out; oldest moment first. Those whose holders vanished at the last attempt are given up. Names
    /// no organization: workers work for all.
    pub async fn claim_jobs(&self, claim: &ClaimJobs<'_>) -> Result<Vec<ClaimedJob>, StoreError> {
        let kinds: Vec<_> = claim
            .kinds
            .iter()
            .map(|kind| format!("\"{kind}\""))
            .collect();
        let kinds = format!("[{}]", kinds.join(","));
        let now = claim.now.as_millisecond();
        if self.has_lost_jobs(&kinds, now).await? {
            self.give_up_lost_jobs(&kinds, now).await?;
        }
        let rows = match self.pool().dialect() {
            Dialect::Sqlite => take::looked_for(self, claim, &kinds).await?,
            Dialect::Postgres => take::unlocked(self, claim, &kinds).await?,
        };
        let mut claimed = rows
            .into_iter()
            .map(ClaimedRow::read)
            .collect::<Result<Vec<_>, _>>()?;
        claimed.sort_by_key(|claimed| (claimed.job.run_at, claimed.job.seq));
        Ok(claimed)
    }

    /// Holds a job for longer. False once someone else does, or it was taken back.
    pub async fn keep_job(&self, lease: &JobLease, until: Timestamp) -> Result<bool, StoreError> {
        let kept = query(
            "UPDATE jobs SET lease_until = $4 WHERE organization_id = $1 AND id = $2 \
             AND fence = $3 AND state = 'running'",
        )
        .bind(lease.organization.as_str())
        .bind(lease.id.as_str())
        .bind(lease.fence)
        .bind(until.as_millisecond())
        .execute(&mut *self.writer().await?)
        .await
        .doing("hold a job for longer")?;
        Ok(kept.rows_affected() > 0)
    }

    async fn give_up_lost_jobs(&self, kinds: &str, now: i64) -> Result<(), StoreError> {
        query(
            "UPDATE jobs SET state = 'dead', finished_at = $2, fence = fence + 1, \
             last_error = $3, lease_holder = NULL, lease_until = NULL \
             WHERE state = 'running' AND lease_until <= $2 AND attempts >= max_attempts \
             AND kind IN (SELECT value FROM json_each($1))",
        )
        .bind(kinds)
        .bind(now)
        .bind(LOST)
        .execute(&mut *self.writer().await?)
        .await
        .map(drop)
        .doing("give up jobs")
    }

    /// Whether there are jobs whose holders vanished at the last attempt.
    async fn has_lost_jobs(&self, kinds: &str, now: i64) -> Result<bool, StoreError> {
        query_scalar(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'running' AND lease_until <= $2 \
             AND attempts >= max_attempts AND kind IN (SELECT value FROM json_each($1)))",
        )
        .bind(kinds)
        .bind(now)
        .fetch_one(self.pool())
        .await
        .doing("look for jobs")
    }
}

impl ClaimedRow {
    fn read(self) -> Result<ClaimedJob, StoreError> {
        let asker = self.row.asker.clone();
        let job = self.row.read()?;
        Ok(ClaimedJob {
            lease: JobLease {
                organization: store::id(&self.organization_id)?,
                id: job.id.clone(),
                fence: self.fence,
            },
            job,
            asker,
            payload: self.payload,
        })
    }
}
