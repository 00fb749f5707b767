use jiff::Timestamp;
use keyway_core::{JobId, OrgId, SessionId};

use crate::engine::{query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::jobs::{before, in_order, insert};
use crate::{NewJob, QueuedJob, Store, StoreError, store};

/// The order in which the messages of a session are said.
pub fn turn_key(session: &SessionId) -> String {
    format!("turn/{session}")
}

/// A message about to wait for being said in a session.
#[derive(Debug, Clone)]
pub struct QueueMessage<'a> {
    /// The session.
    pub session: &'a SessionId,
    /// What says it. Its order is the session's.
    pub job: &'a NewJob,
    /// How the session begins in a line, where nothing was said in it yet.
    pub title: &'a str,
    /// The most that wait in one session.
    pub most: u32,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueuedMessage {
    /// It waits.
    New,
    /// The same was taken before, by this job.
    Already(JobId),
    /// Another one was taken before with the same key.
    Another,
    /// Nothing more is said in the session.
    Archived,
    /// As many wait as may.
    TooMany,
    /// There is no such session.
    Gone,
}

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingMessage {
    /// The job that says it.
    pub id: JobId,
    /// What is said, and where: JSON.
    pub payload: String,
    /// The scopes of who left it, where they came with any.
    pub scopes: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
}

const DOING: &str = "take a message for a session";

impl Store {
    /// Takes a message that is said in a session once it is its turn.
    pub async fn queue_message(
        &self,
        organization: &OrgId,
        message: &QueueMessage<'_>,
    ) -> Result<QueuedMessage, StoreError> {
        let mut transaction = self.write(DOING).await?;
        // Whoever archives the session waits, or has done so.
        in_order(&mut transaction, organization, [message.job])
            .await
            .doing(DOING)?;
        if let Some(before) = before(&mut transaction, organization, message.job).await? {
            let is_same: bool = query_scalar(
                "SELECT payload = $3 FROM jobs WHERE organization_id = $1 AND id = $2",
            )
            .bind(organization.as_str())
            .bind(before.as_str())
            .bind(&message.job.payload)
            .fetch_one(&mut *transaction)
            .await
            .doing(DOING)?;
            return Ok(if is_same {
                QueuedMessage::Already(before)
            } else {
                QueuedMessage::Another
            });
        }
        let session: Option<(Option<i64>, i64)> = query_as(
            "SELECT archived_at, (SELECT count(*) FROM jobs WHERE organization_id = $1 \
             AND ordering_key = $3 AND state IN ('queued', 'running')) \
             FROM sessions WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(message.session.as_str())
        .bind(&message.job.ordering_key)
        .fetch_optional(&mut *transaction)
        .await
        .doing(DOING)?;
        match session {
            None => return Ok(QueuedMessage::Gone),
            Some((Some(_), _)) => return Ok(QueuedMessage::Archived),
            Some((None, waiting)) if waiting >= i64::from(message.most) => {
                return Ok(QueuedMessage::TooMany);
            }
            Some(_) => {}
        }
        query(
            "UPDATE sessions SET title = CASE title WHEN '' THEN $3 ELSE title END, \
             updated_at = $4 WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(message.session.as_str())
        .bind(message.title)
        .bind(message.job.created_at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(DOING)?;
        let queued = insert(&mut transaction, organization, message.job).await?;
        transaction.commit().await.doing(DOING)?;
        Ok(match queued {
            QueuedJob::New => QueuedMessage::New,
            QueuedJob::Already(before) => QueuedMessage::Already(before),
        })
    }

    /// The messages that wait in a session, the next one first; at most `limit`.
    pub async fn waiting_messages(
        &self,
        organization: &OrgId,
        session: &SessionId,
        limit: u32,
    ) -> Result<Vec<WaitingMessage>, StoreError> {
        let rows: Vec<(String, String, Option<String>, i64)> = query_as(
            "SELECT id, payload, \
             CASE WHEN json_valid(asker) THEN json_extract(asker, '$.scopes') END, created_at FROM jobs WHERE organization_id = $1 \
             AND ordering_key = $2 AND state = 'queued' ORDER BY seq LIMIT $3",
        )
        .bind(organization.as_str())
        .bind(turn_key(session))
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .doing("list the messages that wait in a session")?;
        let read = |(id, payload, scopes, created_at): (String, String, Option<String>, i64)| {
            Ok(WaitingMessage {
                id: store::id(&id)?,
                payload,
                scopes,
                created_at: store::moment(created_at)?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Whether what a job says was said in a session, and how the turn of that ended: nothing where it never was;
    /// nothing inside where the turn has no end. How another turn ended that came behind it says nothing.
    pub async fn message_said(
        &self,
        organization: &OrgId,
        session: &SessionId,
        job: &JobId,
    ) -> Result<Option<Option<String>>, StoreError> {
        query_scalar(
            "SELECT (SELECT coalesce(json_extract(t.payload, '$.reason.kind'), '') \
                 FROM session_events t WHERE t.session_id = e.session_id \
                 AND t.kind = 'turn_ended' AND t.seq > e.seq AND NOT EXISTS (SELECT 1 FROM session_events u \
                     WHERE u.session_id = e.session_id AND u.kind = 'user_message' \
                     AND u.seq > e.seq AND u.seq < t.seq) ORDER BY t.seq LIMIT 1) \
             FROM session_events e JOIN sessions s ON s.id = e.session_id \
             WHERE s.organization_id = $1 AND s.id = $2 AND e.kind = 'user_message' \
             AND json_extract(e.payload, '$.message') = $3 ORDER BY e.seq DESC LIMIT 1",
        )
        .bind(organization.as_str())
        .bind(session.as_str())
        .bind(job.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("look whether a message was said")
    }

    /// Where the last words stand that were said in a session because of a job; nothing where none were.
    pub async fn message_place(
        &self,
        organization: &OrgId,
        session: &SessionId,
        job: &JobId,
    ) -> Result<Option<u64>, StoreError> {
        let place: Option<i64> = query_scalar(
            "SELECT e.seq FROM session_events e JOIN sessions s ON s.id = e.session_id \
             WHERE s.organization_id = $1 AND s.id = $2 AND e.kind = 'user_message' \
             AND json_extract(e.payload, '$.message') = $3 ORDER BY e.seq DESC LIMIT 1",
        )
        .bind(organization.as_str())
        .bind(session.as_str())
        .bind(job.as_str())
        .fetch_optional(self.pool())
        .await
        .doing("look where a message was said")?;
        let place = place.map(u64::try_from).transpose();
        place.map_err(|_| store::damaged())
    }

    /// The place of the last event of a session; 0 where nothing happened in it.
    pub async fn last_session_event(
        &self,
        organization: &OrgId,
        session: &SessionId,
    ) -> Result<u64, StoreError> {
        let last: i64 = query_scalar(
            "SELECT coalesce(max(e.seq), 0) FROM session_events e \
             JOIN sessions s ON s.id = e.session_id WHERE s.organization_id = $1 AND s.id = $2",
        )
        .bind(organization.as_str())
        .bind(session.as_str())
        .fetch_one(self.pool())
        .await
        .doing("look for the last event of a session")?;
        u64::try_from(last).map_err(|_| store::damaged())
    }

    /// Notes why what was to be said in a session never was, unless somebody holds it.
    pub async fn message_failed(
        &self,
        organization: &OrgId,
        session: &SessionId,
        code: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE sessions SET last_end = 'failed', last_error = $3, updated_at = $4 \
             WHERE organization_id = $1 AND id = $2 AND lease_until IS NULL",
        )
        .bind(organization.as_str())
        .bind(session.as_str())
        .bind(code)
        .bind(now.as_millisecond())
        .execute(self.pool())
        .await
        .doing("note why a message was not said")
        .map(drop)
    }
}
