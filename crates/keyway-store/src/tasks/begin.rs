use jiff::Timestamp;
use keyway_core::{OrgId, TaskId};

use crate::engine::{query, query_scalar};
use crate::error::Doing as _;
use crate::jobs::insert;
use crate::{NewJob, Store, StoreError};

/// A task about to begin.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// Its id.
    pub id: TaskId,
    /// What tells who asks from others.
    pub requester: String,
    /// The scopes they came with.
    pub scopes: String,
    /// The job that does it; its name is the action's slug.
    pub job: NewJob,
    /// The request, sealed.
    pub request: Vec<u8>,
    /// Now.
    pub created_at: Timestamp,
    /// From when on it is forgotten.
    pub expires_at: Timestamp,
}

/// How many tasks one who asks may have.
#[derive(Debug, Clone, Copy)]
pub struct TaskRoom {
    /// That have not ended.
    pub open: u32,
    /// That have ended. For one more the oldest is forgotten.
    pub ended: u32,
}

/// What became of a task that was to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BegunTask {
    /// It is there, and its job is queued.
    New,
    /// Who asks has as many as they may.
    TooMany,
}

impl Store {
    /// Begins a task: its row and its job, or neither.
    pub async fn begin_task(
        &self,
        organization: &OrgId,
        new: &NewTask,
        room: TaskRoom,
    ) -> Result<BegunTask, StoreError> {
        let doing = "begin a task";
        let mut transaction = self.write(doing).await?;
        let name = || [format!("tasks/{organization}/{}", new.requester)];
        transaction.alone(name).await.doing(doing)?;
        let open: i64 = query_scalar(
            "SELECT count(*) FROM tasks t JOIN jobs j ON j.id = t.job_id \
             WHERE t.organization_id = $1 AND t.requester = $2 AND t.state = 'working' \
             AND j.state IN ('queued', 'running')",
        )
        .bind(organization.as_str())
        .bind(&new.requester)
        .fetch_one(&mut *transaction)
        .await
        .doing(doing)?;
        if open >= i64::from(room.open) {
            return Ok(BegunTask::TooMany);
        }
        query(
            "DELETE FROM tasks WHERE seq IN (SELECT t.seq FROM tasks t \
             LEFT JOIN jobs j ON j.id = t.job_id AND j.state IN ('queued', 'running') \
             WHERE t.organization_id = $1 AND t.requester = $2 \
             AND (t.state <> 'working' OR j.id IS NULL) ORDER BY t.seq DESC LIMIT 9223372036854775807 OFFSET $3)",
        )
        .bind(organization.as_str())
        .bind(&new.requester)
        .bind(room.ended)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        insert(&mut transaction, organization, &new.job).await?;
        query(
            "INSERT INTO tasks (id, organization_id, requester, scopes, job_id, action, request, \
             state, created_at, updated_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'working', $8, $8, $9)",
        )
        .bind(new.id.as_str())
        .bind(organization.as_str())
        .bind(&new.requester)
        .bind(&new.scopes)
        .bind(new.job.id.as_str())
        .bind(&new.job.name)
        .bind(&new.request)
        .bind(new.created_at.as_millisecond())
        .bind(new.expires_at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(BegunTask::New)
    }
}
