use jiff::Timestamp;

use super::{JobLease, JobState};
use crate::engine::{QueryScalar, query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// How an attempt at a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It is done.
    Done,
    /// It failed. It is tried again at `retry_at`, unless that was the last attempt or there is none.
    Failed {
        /// A stable code, for people and programs.
        code: String,
        /// When it is tried again; never when absent.
        retry_at: Option<Timestamp>,
    },
    /// It was not got round to: it counts as not tried, and may be claimed at once.
    Released,
    /// Somebody took it back before anything was done.
    TakenBack,
    /// It waits for a person's decision, until then at the latest: it counts as not tried.
    Waiting(Timestamp),
}

const DOING: &str = "end a job";

/// Ends the hold of whoever has the last lease, and sets more.
macro_rules! let_go {
    ($set:literal) => {
        concat!(
            "UPDATE jobs SET lease_holder = NULL, lease_until = NULL, ",
            $set,
            " WHERE organization_id = $1 AND id = $2 AND fence = $3 AND state = 'running' \
             RETURNING state"
        )
    };
}

impl Store {
    /// Ends one attempt at a job and lets go of it. Answers how far the job is now; nothing, and
    /// nothing is written, when the lease is no longer the last one.
    pub async fn end_job(
        &self,
        lease: &JobLease,
        ended: &Ended,
        now: Timestamp,
    ) -> Result<Option<JobState>, StoreError> {
        let sql = match ended {
            Ended::Done => let_go!("state = 'done', finished_at = $4, last_error = NULL"),
            Ended::Failed { .. } => let_go!(
                "last_error = $5, run_at = coalesce($6, run_at), \
                 state = CASE WHEN $6 IS NULL OR attempts >= max_attempts \
                     THEN 'dead' ELSE 'queued' END, \
                 finished_at = CASE WHEN $6 IS NULL OR attempts >= max_attempts THEN $4 END"
            ),
            Ended::Released => {
                let_go!(
                    "state = 'queued', run_at = $4, \
                     attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END"
                )
            }
            Ended::TakenBack => {
                let_go!("state = 'cancelled', finished_at = $4, last_error = NULL")
            }
            // Somebody may have decided before this is written.
            Ended::Waiting(_) => let_go!(
                "state = 'queued', attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END, run_at = CASE WHEN EXISTS \
                 (SELECT 1 FROM approvals WHERE job = $2 AND state = 'pending') \
                 THEN $5 ELSE $4 END"
            ),
        };
        let mut ending = query_scalar::<String>(sql)
            .bind(lease.organization.as_str())
            .bind(lease.id.as_str())
            .bind(lease.fence)
            .bind(now.as_millisecond());
        if let Ended::Failed { code, retry_at } = ended {
            ending = ending
                .bind(code)
                .bind(retry_at.map(Timestamp::as_millisecond));
        }
        if let Ended::Waiting(until) = ended {
            ending = ending.bind(until.as_millisecond());
            if self.is_shared() {
                return self.let_wait(lease, ending).await;
            }
        }
        let state = ending.fetch_optional(&mut *self.writer().await?).await;
        read(state.doing(DOING)?)
    }

    /// Lets a job wait for a decision, on PostgreSQL. Whoever decides at this moment holds the job, or waits
    /// for it: so the one who comes second sees what the first one wrote.
    async fn let_wait(
        &self,
        lease: &JobLease,
        ending: QueryScalar<'_, String>,
    ) -> Result<Option<JobState>, StoreError> {
        let mut transaction = self.write(DOING).await?;
        query("SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE")
            .bind(lease.id.as_str())
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let state = ending.fetch_optional(&mut *transaction).await;
        let state = state.doing(DOING)?;
        transaction.commit().await.doing(DOING)?;
        read(state)
    }
}

fn read(state: Option<String>) -> Result<Option<JobState>, StoreError> {
    state
        .map(|state| state.parse().map_err(|_| store::damaged()))
        .transpose()
}
