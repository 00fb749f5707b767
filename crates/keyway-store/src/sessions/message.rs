use jiff::Timestamp;
use keyway_core::{JobId, OrgId, SessionId, json};

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
            return Ok(QueuedMessage::Already(before));
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
        let rows: Vec<(String, String, i64)> = query_as(
            "SELECT id, payload, created_at FROM jobs WHERE organization_id = $1 \
             AND ordering_key = $2 AND state = 'queued' ORDER BY seq LIMIT $3",
        )
        .bind(organization.as_str())
        .bind(turn_key(session))
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .doing("list the messages that wait in a session")?;
        let read = |(id, payload, created_at): (String, String, i64)| {
            Ok(WaitingMessage {
                id: store::id(&id)?,
                payload,
                created_at: store::moment(created_at)?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Whether what a job says was said in a session, and how the turn ended then: nothing where it never was;
    /// nothing inside where its turn has no end.
    pub async fn message_said(
        &self,
        organization: &OrgId,
        session: &SessionId,
        job: &JobId,
    ) -> Result<Option<Option<String>>, StoreError> {
        let doing = "look whether a message was said";
        // The id may stand in other messages too, in their words.
        let said: Vec<(i64, String)> = query_as(
            "SELECT e.seq, e.payload FROM session_events e JOIN sessions s ON s.id = e.session_id \
             WHERE s.organization_id = $1 AND s.id = $2 AND e.kind = 'user_message' \
             AND e.payload LIKE '%' || $3 || '%' ORDER BY e.seq DESC",
        )
        .bind(organization.as_str())
        .bind(session.as_str())
        .bind(job.as_str())
        .fetch_all(self.pool())
        .await
        .doing(doing)?;
        let says = |(_, payload): &&(i64, String)| {
            let message = json::member(payload, "message");
            message.is_some_and(|message| json::unquote(message.value) == job.as_str())
        };
        let Some((seq, _)) = said.iter().find(says) else {
            return Ok(None);
        };
        let end: Option<String> = query_scalar(
            "SELECT payload FROM session_events WHERE session_id = $1 AND kind = 'turn_ended' \
             AND seq > $2 ORDER BY seq DESC LIMIT 1",
        )
        .bind(session.as_str())
        .bind(*seq)
        .fetch_optional(self.pool())
        .await
        .doing(doing)?;
        Ok(Some(end.map(|end| reason(&end))))
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

/// Why a turn ended, as its event says; empty where it does not.
fn reason(ended: &str) -> String {
    let reason = json::member(ended, "reason");
    let kind = reason.and_then(|reason| json::member(reason.value, "kind"));
    kind.map_or_else(String::new, |kind| json::unquote(kind.value).into_owned())
}
