use jiff::Timestamp;
use keyway_core::{ApprovalId, OrgId, PublicationId, SessionId};

use super::approval::ApprovalState;
use super::park::NewApproval;
use crate::engine::{query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, store};

/// Where people are to be asked about a call, beside the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewQuestion {
    /// The publication through which they are asked.
    pub publication: PublicationId,
    /// The session in which the call is made.
    pub session: SessionId,
    /// Where the event came from: JSON.
    pub place: String,
}

/// What is asked at a third party about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalQuestion {
    /// The call.
    pub approval: ApprovalId,
    /// Whose it is.
    pub organization: OrgId,
    /// The publication through which it is asked.
    pub publication: PublicationId,
    /// The session in which the call is made.
    pub session: SessionId,
    /// Where the event came from: JSON.
    pub place: String,
    /// When it was first about to be posted.
    pub begun_at: Option<Timestamp>,
    /// The third party's id of the message, once it is there.
    pub message: Option<String>,
    /// The state of the approval that the message tells of.
    pub told: ApprovalState,
    /// How often it was tried since something last worked, this time included.
    pub attempts: u32,
}

const COLUMNS: &str = "approval_id, organization_id, publication_id, session_id, place, begun_at, message, told, attempts";

#[derive(sqlx::FromRow)]
struct Row {
    approval_id: String,
    organization_id: String,
    publication_id: String,
    session_id: String,
    place: String,
    begun_at: Option<i64>,
    message: Option<String>,
    told: String,
    attempts: i64,
}

/// Writes a question down with the call that it is about.
pub(super) async fn insert(
    transaction: &mut crate::writing::Writing,
    organization: &OrgId,
    about: &NewApproval,
    new: &NewQuestion,
) -> Result<(), sqlx::Error> {
    query(
        "INSERT INTO approval_questions (approval_id, organization_id, publication_id, session_id, \
         place, next_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(about.id.as_str())
    .bind(organization.as_str())
    .bind(new.publication.as_str())
    .bind(new.session.as_str())
    .bind(&new.place)
    .bind(about.at.as_millisecond())
    .execute(&mut **transaction)
    .await
    .map(drop)
}

/// Questions of every organization: one process works them off.
impl Store {
    /// Questions that are to be posted, or whose message tells of a state that is over. They are nobody
    /// else's until `until`; at most `limit`.
    pub async fn claim_questions(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ApprovalQuestion>, StoreError> {
        let doing = "look for what is to be asked";
        let due: Vec<String> = query_scalar(
            "SELECT q.approval_id FROM approval_questions q JOIN approvals a ON a.id = q.approval_id \
             WHERE q.closed_at IS NULL AND q.next_at <= $1 \
             AND (q.asked_at IS NULL OR a.state <> q.told OR a.expires_at <= $1) \
             ORDER BY q.next_at LIMIT $2",
        )
        .bind(now.as_millisecond())
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .doing(doing)?;
        let mut claimed = Vec::with_capacity(due.len());
        for id in due {
            let sql = format!(
                "UPDATE approval_questions SET next_at = $3, attempts = attempts + 1 \
                 WHERE approval_id = $1 AND closed_at IS NULL AND next_at <= $2 RETURNING {COLUMNS}"
            );
            let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
                .bind(&id)
                .bind(now.as_millisecond())
                .bind(until.as_millisecond())
                .fetch_optional(self.pool())
                .await
                .doing(doing)?;
            claimed.extend(row.map(Row::read).transpose()?);
        }
        Ok(claimed)
    }

    /// Whatever a process that died was about is tried at once.
    pub async fn release_questions(&self, now: Timestamp) -> Result<(), StoreError> {
        query("UPDATE approval_questions SET next_at = $1 WHERE closed_at IS NULL AND next_at > $1")
            .bind(now.as_millisecond())
            .execute(self.pool())
            .await
            .doing("look for what was being asked")
            .map(drop)
    }

    /// What is asked about a call.
    pub async fn question(
        &self,
        organization: &OrgId,
        approval: &ApprovalId,
    ) -> Result<Option<ApprovalQuestion>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM approval_questions WHERE organization_id = $1 AND approval_id = $2"
        );
        let row: Option<Row> = query_as(sqlx::AssertSqlSafe(sql))
            .bind(organization.as_str())
            .bind(approval.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read what is asked about a call")?;
        row.map(Row::read).transpose()
    }

    /// Writes down that a question is about to be posted.
    pub async fn question_begun(
        &self,
        approval: &ApprovalId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE approval_questions SET begun_at = coalesce(begun_at, $2) WHERE approval_id = $1",
        )
        .bind(approval.as_str())
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("write down that something is about to be asked")
        .map(drop)
    }

    /// Writes down that a question is there, as this message.
    pub async fn question_asked(
        &self,
        approval: &ApprovalId,
        message: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE approval_questions SET asked_at = $3, message = $2, attempts = 0, next_at = $3 \
             WHERE approval_id = $1",
        )
        .bind(approval.as_str())
        .bind(message)
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("write down that something is asked")
        .map(drop)
    }

    /// Writes down which state the message tells of; after one that is the last nothing more is done.
    pub async fn question_told(
        &self,
        approval: &ApprovalId,
        state: ApprovalState,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let last = !matches!(state, ApprovalState::Pending | ApprovalState::Approved);
        query(
            "UPDATE approval_questions SET told = $2, attempts = 0, next_at = $3, closed_at = $4 \
             WHERE approval_id = $1",
        )
        .bind(approval.as_str())
        .bind(state.as_str())
        .bind(now.as_millisecond())
        .bind(last.then_some(now.as_millisecond()))
        .execute(self.pool())
        .await
        .doing("write down what a question tells of")
        .map(drop)
    }

    /// Writes down that something could not be done, and when it is tried again; where there is no such
    /// moment, never.
    pub async fn question_failed(
        &self,
        approval: &ApprovalId,
        code: &str,
        again: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let closed = again.is_none().then_some(now.as_millisecond());
        query(
            "UPDATE approval_questions SET error = $2, next_at = $3, closed_at = $4 \
             WHERE approval_id = $1",
        )
        .bind(approval.as_str())
        .bind(code)
        .bind(again.unwrap_or(now).as_millisecond())
        .bind(closed)
        .execute(self.pool())
        .await
        .doing("write down why something is not asked")
        .map(drop)
    }
}

impl Row {
    fn read(self) -> Result<ApprovalQuestion, StoreError> {
        Ok(ApprovalQuestion {
            approval: store::id(&self.approval_id)?,
            organization: store::id(&self.organization_id)?,
            publication: store::id(&self.publication_id)?,
            session: store::id(&self.session_id)?,
            place: self.place,
            begun_at: self.begun_at.map(store::moment).transpose()?,
            message: self.message,
            told: self.told.parse().map_err(|_| store::damaged())?,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
        })
    }
}
