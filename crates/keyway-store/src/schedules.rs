use jiff::Timestamp;
use keyway_core::OrgId;

use crate::engine::{query, query_scalar};
use crate::error::Doing as _;
use crate::jobs::{self, NewJob};
use crate::{Store, StoreError, store};

/// Something that runs by the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule<'a> {
    /// Whose it is.
    pub organization: &'a OrgId,
    /// Its name, unique in the organization.
    pub name: &'a str,
    /// What it runs by. With another one it begins anew.
    pub spec: &'a str,
}

impl Store {
    /// Up to which moment the runs of a schedule are queued. One that is new, or runs by something
    /// else than before, begins now: what it would have missed is nothing.
    pub async fn begin_schedule(
        &self,
        schedule: &Schedule<'_>,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let until: i64 = query_scalar(
            "INSERT INTO schedules (organization_id, name, spec, queued_until) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (organization_id, name) DO UPDATE SET \
             queued_until = CASE WHEN schedules.spec = excluded.spec \
                 THEN schedules.queued_until ELSE excluded.queued_until END, \
             spec = excluded.spec RETURNING queued_until",
        )
        .bind(schedule.organization.as_str())
        .bind(schedule.name)
        .bind(schedule.spec)
        .bind(now.as_millisecond())
        .fetch_one(self.pool())
        .await
        .doing("begin a schedule")?;
        store::moment(until)
    }

    /// Queues the run that is due at `due`, if the runs are queued up to `from` and no further: of
    /// several processes one does. While an earlier run of the same ordering key still waits, none is
    /// put behind it. Answers whether this call queued it.
    pub async fn queue_scheduled(
        &self,
        schedule: &Schedule<'_>,
        from: Timestamp,
        due: Timestamp,
        job: &NewJob,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "queue a scheduled run";
        let mut transaction = self.write(DOING).await?;
        let moved = query(
            "UPDATE schedules SET queued_until = $5 WHERE organization_id = $1 AND name = $2 \
             AND spec = $3 AND queued_until = $4",
        )
        .bind(schedule.organization.as_str())
        .bind(schedule.name)
        .bind(schedule.spec)
        .bind(from.as_millisecond())
        .bind(due.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(DOING)?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        let waits: bool = query_scalar(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE organization_id = $1 AND ordering_key = $2 \
             AND kind = $3 AND state = 'queued')",
        )
        .bind(schedule.organization.as_str())
        .bind(&job.ordering_key)
        .bind(&job.kind)
        .fetch_one(&mut *transaction)
        .await
        .doing(DOING)?;
        if !waits {
            jobs::insert(&mut transaction, schedule.organization, job).await?;
        }
        transaction.commit().await.doing(DOING)?;
        Ok(!waits)
    }
}
