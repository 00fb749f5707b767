use jiff::Timestamp;
use keyway_core::{JobId, WebhookEndpointId, WebhookMessageId};

use crate::jobs::JobState;
use crate::{StoreError, store};

/// A message as it is listed. What it says is not among it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWebhookMessage {
    /// Its place in the order of making.
    pub seq: i64,
    /// Its id.
    pub id: WebhookMessageId,
    /// The endpoint it is for.
    pub endpoint: WebhookEndpointId,
    /// The type of the event.
    pub kind: String,
    /// The session or approval it is about.
    pub subject: Option<String>,
    /// The length of its body.
    pub bytes: u64,
    /// The job that sends it.
    pub job: JobId,
    /// How far that is and from when on it is tried; nothing where the job is not kept any more.
    pub progress: Option<(JobState, Timestamp)>,
    /// How often it was sent since it was made or replayed.
    pub attempts: u32,
    /// When it was last sent.
    pub last_attempt_at: Option<Timestamp>,
    /// What the endpoint answered.
    pub last_status: Option<u16>,
    /// The code of the last failure.
    pub last_error: Option<String>,
    /// When the endpoint took it.
    pub delivered_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The columns of a [`Row`].
pub(super) const COLUMNS: &str = "m.seq, m.id, m.endpoint_id, m.type, m.subject, m.bytes, m.job_id, \
     m.attempts, m.last_attempt_at, m.last_status, coalesce(m.last_error, j.last_error) AS last_error, \
     m.delivered_at, m.created_at, j.state, j.run_at";

/// Where they are.
pub(super) const TABLES: &str = "webhook_messages m LEFT JOIN jobs j ON j.id = m.job_id";

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    seq: i64,
    id: String,
    endpoint_id: String,
    #[sqlx(rename = "type")]
    kind: String,
    subject: Option<String>,
    bytes: i64,
    job_id: String,
    attempts: i64,
    last_attempt_at: Option<i64>,
    last_status: Option<i64>,
    last_error: Option<String>,
    delivered_at: Option<i64>,
    created_at: i64,
    state: Option<String>,
    run_at: Option<i64>,
}

impl Row {
    pub(super) fn read(self) -> Result<StoredWebhookMessage, StoreError> {
        let at = |moment: Option<i64>| moment.map(store::moment).transpose();
        let progress = match (self.state, self.run_at) {
            (Some(state), Some(run_at)) => {
                let state = state.parse().map_err(|_| store::damaged())?;
                Some((state, store::moment(run_at)?))
            }
            _ => None,
        };
        let status = self.last_status.map(u16::try_from).transpose();
        Ok(StoredWebhookMessage {
            seq: self.seq,
            id: store::id(&self.id)?,
            endpoint: store::id(&self.endpoint_id)?,
            kind: self.kind,
            subject: self.subject,
            bytes: u64::try_from(self.bytes).map_err(|_| store::damaged())?,
            job: store::id(&self.job_id)?,
            progress,
            attempts: u32::try_from(self.attempts).map_err(|_| store::damaged())?,
            last_attempt_at: at(self.last_attempt_at)?,
            last_status: status.map_err(|_| store::damaged())?,
            last_error: self.last_error,
            delivered_at: at(self.delivered_at)?,
            created_at: store::moment(self.created_at)?,
        })
    }
}
