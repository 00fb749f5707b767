use jiff::Timestamp;
use keyway_core::provider::{IntegrationProvider, Providers};
use keyway_core::{DeliveryId, JobId, PublicationId, SessionId};
use keyway_store::{Delivery, DeliveryReply, JobState};

use super::judge::{ELSEWHERE, NO_CONVERSATION, NOT_INSTALLED, PAUSED};
use super::scheduled::SCHEDULED;

/// A delivery, as administrators see it. What came with it is not shown.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryView {
    /// Its id.
    pub id: DeliveryId,
    /// The publication it came to.
    pub publication: PublicationId,
    /// The publication's name for people.
    pub publication_name: String,
    /// The provider's id.
    pub provider: String,
    /// `ignored`, `queued`, `running`, `retrying`, `answered`, `dead` or `cancelled`.
    pub state: &'static str,
    /// Why something is done about it, or nothing.
    pub rule: String,
    /// The same in words.
    pub rule_text: String,
    /// The conversation it belongs to, in the third party's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// The session it was said in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// What tells it from others of its installation.
    pub dedupe_key: String,
    /// How often the same came again.
    pub duplicates: u64,
    /// The delivery it repeats because somebody wanted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay_of: Option<DeliveryId>,
    /// What is done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// How often it was tried.
    pub attempts: u32,
    /// How often it is tried at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<u32>,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// The code of the last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// The length of its body in bytes.
    pub bytes: u64,
    /// When it came.
    pub received_at: Timestamp,
    /// When the agent had answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// What became of what is said back, where something is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyView>,
}

/// What became of what is said back.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplyView {
    /// `waiting`, `posting`, `posted` or `refused`.
    pub state: &'static str,
    /// Where people see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Why nothing was said: a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posted_at: Option<Timestamp>,
}

/// Some deliveries, the last that came first.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryPage {
    /// Those of this page.
    pub deliveries: Vec<DeliveryView>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl DeliveryView {
    /// Every state that one can be in.
    pub const STATES: [&'static str; 7] = [
        "ignored",
        "queued",
        "running",
        "retrying",
        "answered",
        "dead",
        "cancelled",
    ];

    pub(super) fn of(delivery: Delivery, providers: &Providers) -> Self {
        let state = state(&delivery);
        let provider = providers.get(&delivery.provider);
        let says_back = provider.is_some_and(|one| one.reply_scope().is_some());
        let reply = reply(&delivery.reply)
            .or((says_back && delivery.accepted && delivery.rule != SCHEDULED).then(waiting));
        let progress = delivery.progress;
        let again = progress.as_ref().filter(|_| state == "retrying");
        Self {
            state,
            id: delivery.id,
            publication: delivery.publication,
            publication_name: delivery.publication_name,
            provider: delivery.provider,
            rule_text: in_words(&delivery.rule, provider),
            rule: delivery.rule,
            conversation: delivery.conversation,
            session: delivery.session,
            dedupe_key: delivery.dedupe_key,
            duplicates: delivery.duplicates,
            replay_of: delivery.replay_of,
            job: delivery.job,
            attempts: progress.as_ref().map_or(0, |job| job.attempts),
            max_attempts: progress.as_ref().map(|job| job.max_attempts),
            next_attempt_at: again.map(|job| job.run_at),
            last_error: progress.and_then(|job| job.last_error),
            bytes: delivery.bytes,
            received_at: delivery.created_at,
            answered_at: delivery.answered_at,
            reply,
        }
    }
}

/// What a rule says.
fn in_words(rule: &str, provider: Option<&dyn IntegrationProvider>) -> String {
    match rule {
        PAUSED => "the publication was paused when it came".to_owned(),
        NOT_INSTALLED => "the provider was not installed when it came".to_owned(),
        SCHEDULED => "it was due by the publication's schedule".to_owned(),
        ELSEWHERE => "the agent takes no part in that conversation".to_owned(),
        NO_CONVERSATION => {
            "it does not say which conversation it belongs to, by the publication's granularity"
                .to_owned()
        }
        rule => provider.map_or_else(|| rule.to_owned(), |one| one.explain(rule)),
    }
}

fn reply(reply: &DeliveryReply) -> Option<ReplyView> {
    let state = match reply {
        DeliveryReply { at: Some(_), .. } => "posted",
        DeliveryReply { error: Some(_), .. } => "refused",
        DeliveryReply {
            begun_at: Some(_), ..
        } => "posting",
        _ => return None,
    };
    Some(ReplyView {
        state,
        url: reply.url.clone().filter(|url| is_web(url)),
        error: reply.error.clone().filter(|_| state == "refused"),
        posted_at: reply.at,
    })
}

/// Whether an address that a third party gave leads to a page and nowhere else.
pub(crate) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn waiting() -> ReplyView {
    ReplyView {
        state: "waiting",
        url: None,
        error: None,
        posted_at: None,
    }
}

fn state(delivery: &Delivery) -> &'static str {
    if !delivery.accepted {
        return "ignored";
    }
    if delivery.answered_at.is_some() {
        return "answered";
    }
    match &delivery.progress {
        Some(job) => match job.state {
            JobState::Queued if job.attempts > 0 => "retrying",
            JobState::Queued => "queued",
            JobState::Running => "running",
            JobState::Done => "answered",
            JobState::Dead => "dead",
            JobState::Cancelled => "cancelled",
        },
        // Jobs that died are kept longer than deliveries, those taken back are not.
        None => "cancelled",
    }
}
