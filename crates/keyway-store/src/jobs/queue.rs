use jiff::Timestamp;
use keyway_core::{JobId, OrgId};

use crate::engine::{Connection, Taking, query, query_scalar};
use crate::error::Doing as _;
use crate::{Reason, Store, StoreError, store};

/// A job about to be queued.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// What sort of work it is.
    pub kind: String,
    /// What is done.
    pub name: String,
    /// Of the jobs of one key only the first that has not ended runs.
    pub ordering_key: Option<String>,
    /// Of two jobs of one kind with the same key only the first is queued, for as long as its row is
    /// kept.
    pub once_key: Option<String>,
    /// For whom, by id.
    pub actor: String,
    /// What is known of them: JSON.
    pub asker: String,
    /// What it is done with: JSON.
    pub payload: String,
    /// From when on it may run.
    pub run_at: Timestamp,
    /// After how many attempts it is given up; at least one.
    pub max_attempts: u32,
    /// Now.
    pub created_at: Timestamp,
}

/// What became of a job that was to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueuedJob {
    /// It is queued.
    New,
    /// One with this `once_key` was queued before: this one.
    Already(JobId),
}

const DOING: &str = "queue a job";

impl Store {
    /// Queues a job.
    pub async fn queue_job(
        &self,
        organization: &OrgId,
        new: &NewJob,
    ) -> Result<QueuedJob, StoreError> {
        let mut transaction = self.write(DOING).await?;
        let queued = insert(&mut transaction, organization, new).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(queued)
    }

    /// Jobs of one order that wait for a moment to come are to be done at once. Those that were tried wait on.
    pub async fn hurry_jobs(
        &self,
        organization: &OrgId,
        ordering_key: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE jobs SET run_at = $3 WHERE organization_id = $1 AND ordering_key = $2 \
             AND state = 'queued' AND attempts = 0 AND run_at > $3",
        )
        .bind(organization.as_str())
        .bind(ordering_key)
        .bind(now.as_millisecond())
        .execute(&mut *self.writer().await?)
        .await
        .doing("hurry jobs")
        .map(drop)
    }
}

/// Queues a job as part of a transaction that does something else as well.
pub(crate) async fn insert(
    connection: &mut Connection,
    organization: &OrgId,
    new: &NewJob,
) -> Result<QueuedJob, StoreError> {
    if let Some(before) = before(connection, organization, new).await? {
        return Ok(QueuedJob::Already(before));
    }
    in_order(connection, organization, [new])
        .await
        .doing(DOING)?;
    let queued = query(
        "INSERT INTO jobs (id, organization_id, kind, name, ordering_key, once_key, actor, asker, \
         payload, state, run_at, max_attempts, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10, $11, $12) \
         ON CONFLICT (organization_id, kind, once_key) WHERE once_key IS NOT NULL DO NOTHING",
    )
    .bind(new.id.as_str())
    .bind(organization.as_str())
    .bind(&new.kind)
    .bind(&new.name)
    .bind(&new.ordering_key)
    .bind(&new.once_key)
    .bind(&new.actor)
    .bind(&new.asker)
    .bind(&new.payload)
    .bind(new.run_at.as_millisecond())
    .bind(i64::from(new.max_attempts.max(1)))
    .bind(new.created_at.as_millisecond())
    .execute(&mut *connection)
    .await
    .doing(DOING)?;
    if queued.rows_affected() > 0 {
        return Ok(QueuedJob::New);
    }
    // Somebody else was faster.
    let before = before(connection, organization, new).await?;
    before
        .map(QueuedJob::Already)
        .ok_or_else(|| StoreError::new(DOING, Reason::Conflict))
}

/// The job with the same `once_key` that was queued before.
pub(crate) async fn before(
    connection: &mut Connection,
    organization: &OrgId,
    new: &NewJob,
) -> Result<Option<JobId>, StoreError> {
    let Some(once) = &new.once_key else {
        return Ok(None);
    };
    let before: Option<String> = query_scalar(
        "SELECT id FROM jobs WHERE organization_id = $1 AND kind = $2 AND once_key = $3",
    )
    .bind(organization.as_str())
    .bind(&new.kind)
    .bind(once)
    .fetch_optional(connection)
    .await
    .doing(DOING)?;
    before.as_deref().map(store::id).transpose()
}

/// Holds the places of jobs in their orders until the transaction ends, all of them at once: what is queued
/// behind another is committed behind it.
pub(crate) fn in_order<'c, 'a>(
    connection: &'c mut Connection,
    organization: &OrgId,
    jobs: impl IntoIterator<Item = &'a NewJob>,
) -> Taking<'c> {
    let keys = jobs
        .into_iter()
        .filter_map(|job| job.ordering_key.as_deref());
    connection.alone(|| keys.map(|key| lock_of(organization, key)))
}

/// What those who queue in an order, or look whether anything is queued in it, are alone with.
pub(crate) fn lock_of(organization: &OrgId, ordering_key: &str) -> String {
    format!("order/{organization}/{ordering_key}")
}
