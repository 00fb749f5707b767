use jiff::Timestamp;
use keyway_core::{JobId, OrgId, SessionId, TaskId};

use crate::engine::query_as;
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// Its job does it, or is going to.
    Working,
    /// Its result is there.
    Completed,
    /// It ended with an error of the protocol.
    Failed,
    /// Its client, or somebody who may, took it back.
    Cancelled,
    /// Its job died, and nobody said what came of it.
    Lost,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTask {
    /// Its id.
    pub id: TaskId,
    /// What tells whose it is.
    pub requester: String,
    /// The scopes they came with.
    pub scopes: String,
    /// The job that does it.
    pub job: JobId,
    /// The slug of the action that it runs.
    pub action: String,
    /// The request, sealed.
    pub request: Vec<u8>,
    /// Of an agent: the session, and the last event there was in it before.
    pub session: Option<(SessionId, u64)>,
    /// How far it is.
    pub state: TaskState,
    /// What came of it, sealed.
    pub outcome: Option<Vec<u8>>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// From when on it is forgotten.
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    requester: String,
    scopes: String,
    job_id: String,
    action: String,
    request: Vec<u8>,
    session_id: Option<String>,
    session_after: Option<i64>,
    state: String,
    job_state: Option<String>,
    outcome: Option<Vec<u8>>,
    created_at: i64,
    updated_at: i64,
    expires_at: i64,
}

impl Store {
    /// One task of an organization.
    pub async fn task(
        &self,
        organization: &OrgId,
        id: &TaskId,
    ) -> Result<Option<StoredTask>, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT t.id, t.requester, t.scopes, t.job_id, t.action, t.request, t.session_id, \
             t.session_after, t.state, j.state AS job_state, t.outcome, t.created_at, \
             t.updated_at, t.expires_at FROM tasks t LEFT JOIN jobs j ON j.id = t.job_id \
             WHERE t.organization_id = $1 AND t.id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("read a task")?;
        row.map(Row::read).transpose()
    }
}

impl Row {
    fn read(self) -> Result<StoredTask, StoreError> {
        let state = match (self.state.as_str(), self.job_state.as_deref()) {
            ("completed", _) => TaskState::Completed,
            ("failed", _) => TaskState::Failed,
            ("cancelled", _) | ("working", Some("cancelled")) => TaskState::Cancelled,
            ("working", Some("queued" | "running")) => TaskState::Working,
            ("working", _) => TaskState::Lost,
            _ => return Err(store::damaged()),
        };
        let session = match (self.session_id, self.session_after) {
            (Some(session), Some(after)) => {
                let after = u64::try_from(after).map_err(|_| store::damaged())?;
                Some((store::id(&session)?, after))
            }
            _ => None,
        };
        Ok(StoredTask {
            id: store::id(&self.id)?,
            requester: self.requester,
            scopes: self.scopes,
            job: store::id(&self.job_id)?,
            action: self.action,
            request: self.request,
            session,
            state,
            outcome: self.outcome,
            created_at: store::moment(self.created_at)?,
            updated_at: store::moment(self.updated_at)?,
            expires_at: store::moment(self.expires_at)?,
        })
    }
}
