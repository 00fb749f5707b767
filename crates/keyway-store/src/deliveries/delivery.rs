use jiff::Timestamp;
use keyway_core::{DeliveryId, InstallationId, JobId, PublicationId, SessionId};

use crate::jobs::JobState;
use crate::{StoreError, store};

/// A delivery as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its place in the order of coming.
    pub seq: i64,
    /// Its id.
    pub id: DeliveryId,
    /// The installation it came through.
    pub installation: InstallationId,
    /// The publication it is for.
    pub publication: PublicationId,
    /// The publication's name for people.
    pub publication_name: String,
    /// The provider's id.
    pub provider: String,
    /// What tells it from others of the installation.
    pub dedupe_key: String,
    /// How often it came again.
    pub duplicates: u64,
    /// The delivery it repeats because somebody wanted it.
    pub replay_of: Option<DeliveryId>,
    /// Whether something is done about it.
    pub accepted: bool,
    /// Why.
    pub rule: String,
    /// The conversation it belongs to.
    pub conversation: Option<String>,
    /// The length of its body.
    pub bytes: u64,
    /// What is done about it.
    pub job: Option<JobId>,
    /// How far that is; nothing where the job is not kept any more.
    pub progress: Option<DeliveryJob>,
    /// The session it was said in.
    pub session: Option<SessionId>,
    /// When the agent had answered.
    pub answered_at: Option<Timestamp>,
    /// When it came.
    pub created_at: Timestamp,
    /// Where the event came from, as one JSON value: where something is said back.
    pub place: Option<String>,
    /// What became of that.
    pub reply: DeliveryReply,
}

/// What became of what is said back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryReply {
    /// When it was first about to be said.
    pub begun_at: Option<Timestamp>,
    /// When it was there.
    pub at: Option<Timestamp>,
    /// The third party's id of it.
    pub id: Option<String>,
    /// Where people see it.
    pub url: Option<String>,
    /// Why nothing was said, once nothing more is tried: a code.
    pub error: Option<String>,
}

/// How far the job of a delivery is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryJob {
    /// How far it is.
    pub state: JobState,
    /// How often it was tried.
    pub attempts: u32,
    /// After how many it is given up.
    pub max_attempts: u32,
    /// From when on it is tried.
    pub run_at: Timestamp,
    /// The code of its last failure.
    pub last_error: Option<String>,
}

/// The columns of a [`Row`].
pub(super) const COLUMNS: &str = "d.seq, d.id, d.installation_id, d.publication_id, d.dedupe_key, \
     d.duplicates, d.replay_of, d.outcome, d.rule, d.conversation, d.bytes, d.job_id, d.session_id, \
     d.answered_at, d.created_at, d.place, d.reply_begun_at, d.replied_at, d.reply_id, d.reply_url, \
     d.reply_error, p.name AS publication_name, i.provider, j.state, j.attempts, j.max_attempts, j.run_at, j.last_error";

/// Where they are.
pub(super) const TABLES: &str = "deliveries d JOIN publications p ON p.id = d.publication_id \
     JOIN installations i ON i.id = p.installation_id LEFT JOIN jobs j ON j.id = d.job_id";

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    seq: i64,
    id: String,
    installation_id: String,
    publication_id: String,
    publication_name: String,
    provider: String,
    dedupe_key: String,
    duplicates: i64,
    replay_of: Option<String>,
    outcome: String,
    rule: String,
    conversation: Option<String>,
    bytes: i64,
    job_id: Option<String>,
    session_id: Option<String>,
    answered_at: Option<i64>,
    created_at: i64,
    place: Option<String>,
    reply_begun_at: Option<i64>,
    replied_at: Option<i64>,
    reply_id: Option<String>,
    reply_url: Option<String>,
    reply_error: Option<String>,
    state: Option<String>,
    attempts: Option<i64>,
    max_attempts: Option<i64>,
    run_at: Option<i64>,
    last_error: Option<String>,
}

impl Row {
    pub(super) fn read(self) -> Result<Delivery, StoreError> {
        let count = |number: i64| u64::try_from(number).map_err(|_| store::damaged());
        let small = |number: Option<i64>| {
            u32::try_from(number.unwrap_or_default()).map_err(|_| store::damaged())
        };
        let progress = match self.state {
            None => None,
            Some(state) => Some(DeliveryJob {
                state: state.parse().map_err(|_| store::damaged())?,
                attempts: small(self.attempts)?,
                max_attempts: small(self.max_attempts)?,
                run_at: store::moment(self.run_at.unwrap_or_default())?,
                last_error: self.last_error,
            }),
        };
        Ok(Delivery {
            seq: self.seq,
            id: store::id(&self.id)?,
            installation: store::id(&self.installation_id)?,
            publication: store::id(&self.publication_id)?,
            publication_name: self.publication_name,
            provider: self.provider,
            dedupe_key: self.dedupe_key,
            duplicates: count(self.duplicates)?,
            replay_of: self.replay_of.as_deref().map(store::id).transpose()?,
            accepted: self.outcome == "accepted",
            rule: self.rule,
            conversation: self.conversation,
            bytes: count(self.bytes)?,
            job: self.job_id.as_deref().map(store::id).transpose()?,
            progress,
            session: self.session_id.as_deref().map(store::id).transpose()?,
            answered_at: self.answered_at.map(store::moment).transpose()?,
            created_at: store::moment(self.created_at)?,
            place: self.place,
            reply: DeliveryReply {
                begun_at: self.reply_begun_at.map(store::moment).transpose()?,
                at: self.replied_at.map(store::moment).transpose()?,
                id: self.reply_id,
                url: self.reply_url,
                error: self.reply_error,
            },
        })
    }
}
