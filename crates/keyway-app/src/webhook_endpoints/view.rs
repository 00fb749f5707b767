use jiff::Timestamp;
use keyway_core::{JobId, WebhookEndpointId, WebhookMessageId};
use keyway_store::{JobState, StoredWebhookEndpoint, StoredWebhookMessage};

/// An endpoint, as administrators see it. The secret is not shown.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Where messages go to.
    pub url: String,
    /// The types of events it is told of.
    pub events: Vec<String>,
    /// Whether it is told of anything.
    pub enabled: bool,
    /// `on`, `off` because somebody wanted it, `gone` or `failing` because the gateway switched it off.
    pub state: &'static str,
    /// When the gateway switched it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switched_off_at: Option<Timestamp>,
    /// How it fares.
    pub health: EndpointHealthView,
    /// Until when messages are signed with the secret before as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_before_until: Option<Timestamp>,
    /// Grows with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
}

/// How an endpoint fares.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointHealthView {
    /// Attempts that failed since the last one that did not.
    pub consecutive_failures: u64,
    /// Since when they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// When one last succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<Timestamp>,
    /// When one last failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure_at: Option<Timestamp>,
    /// The status it last answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_status: Option<u16>,
    /// The code of the last failure, where the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// Some endpoints, the last made first.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointPage {
    /// Those of this page.
    pub webhook_endpoints: Vec<EndpointView>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A message to an endpoint. What it says is not shown.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// Its id: its `webhook-id`.
    pub id: WebhookMessageId,
    /// The endpoint it is for.
    pub endpoint: WebhookEndpointId,
    /// The type of the event.
    #[serde(rename = "type")]
    pub kind: String,
    /// The session or approval it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `pending`, `sending`, `retrying`, `delivered`, `failed` or `cancelled`.
    pub state: &'static str,
    /// How often it was sent since it was made or replayed.
    pub attempts: u32,
    /// When it was last sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempt_at: Option<Timestamp>,
    /// When it is sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// What the endpoint answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_status: Option<u16>,
    /// The code of the last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// The length of its body in bytes.
    pub bytes: u64,
    /// The job that sends it.
    pub job: JobId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the endpoint took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
}

/// Some messages, the last made first.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessagePage {
    /// Those of this page.
    pub messages: Vec<MessageView>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl EndpointView {
    pub(super) fn of(stored: StoredWebhookEndpoint, now: Timestamp) -> Self {
        let off = stored.off.filter(|_| !stored.enabled);
        let state = match off {
            Some((reason, _)) => reason.as_str(),
            None if stored.enabled => "on",
            None => "off",
        };
        let health = stored.health;
        Self {
            id: stored.id,
            url: stored.url,
            events: serde_json::from_str(&stored.events).unwrap_or_default(),
            enabled: stored.enabled,
            state,
            switched_off_at: off.map(|(_, at)| at),
            health: EndpointHealthView {
                consecutive_failures: health.failures,
                failing_since: health.failing_since,
                last_success_at: health.last_success_at,
                last_failure_at: health.last_failure_at,
                last_status: health.last_status,
                last_error: health.last_error,
            },
            secret_before_until: stored.before_until.filter(|until| *until > now),
            revision: stored.revision,
            created_at: stored.created_at,
            created_by: stored.created_by,
            changed_at: stored.changed_at,
            changed_by: stored.changed_by,
        }
    }
}

impl MessageView {
    /// Every state that one can be in.
    pub const STATES: [&'static str; 6] = [
        "pending",
        "sending",
        "retrying",
        "delivered",
        "failed",
        "cancelled",
    ];

    pub(super) fn of(stored: StoredWebhookMessage) -> Self {
        let state = match (stored.delivered_at, &stored.progress) {
            (Some(_), _) | (None, Some((JobState::Done, _))) => "delivered",
            (None, Some((JobState::Queued, _))) if stored.attempts > 0 => "retrying",
            (None, Some((JobState::Queued, _))) => "pending",
            (None, Some((JobState::Running, _))) => "sending",
            (None, Some((JobState::Cancelled, _))) => "cancelled",
            (None, Some((JobState::Dead, _)) | None) => "failed",
        };
        let again = stored.progress.filter(|_| state == "retrying");
        Self {
            id: stored.id,
            endpoint: stored.endpoint,
            kind: stored.kind,
            subject: stored.subject,
            state,
            attempts: stored.attempts,
            last_attempt_at: stored.last_attempt_at,
            next_attempt_at: again.map(|(_, at)| at),
            last_status: stored.last_status,
            last_error: stored.last_error,
            bytes: stored.bytes,
            job: stored.job,
            created_at: stored.created_at,
            delivered_at: stored.delivered_at,
        }
    }
}
