use jiff::Timestamp;

use super::{JobLease, JobState};
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
                let_go!("state = 'queued', run_at = $4, attempts = max(attempts - 1, 0)")
            }
            Ended::TakenBack => {
                let_go!("state = 'cancelled', finished_at = $4, last_error = NULL")
            }
            // Somebody may have decided before this is written.
            Ended::Waiting(_) => let_go!(
                "state = 'queued', attempts = max(attempts - 1, 0), run_at = CASE WHEN EXISTS \
                 (SELECT 1 FROM approvals WHERE job = $2 AND state = 'pending') \
                 THEN $5 ELSE $4 END"
            ),
        };
        let mut ending = sqlx::query_scalar::<_, String>(sql)
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
        }
        let state = ending.fetch_optional(&mut *self.writer().await?).await;
        let state = state.doing("end a job")?;
        state
            .map(|state| state.parse().map_err(|_| store::damaged()))
            .transpose()
    }
}
