use serde::Serialize;

use super::{Filled, Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// Why an endpoint is told of something, or of nothing.
const STATES: [&str; 4] = ["on", "off", "gone", "failing"];

/// How far a message can be.
const MESSAGE_STATES: [&str; 6] = [
    "pending",
    "sending",
    "retrying",
    "delivered",
    "failed",
    "cancelled",
];

/// Where the organization is told of what happens in it: `console/webhook-endpoints.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEndpoints {
    /// The endpoints, the last made first.
    pub endpoints: Vec<EndpointLine>,
    /// The way through them.
    pub pager: Pager,
}

/// An endpoint in a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointLine {
    /// Its page.
    pub href: String,
    /// Where messages go to. Text from outside.
    pub url: String,
    /// Its text is `endpoint-state-{state}`.
    pub state: &'static str,
    /// How many types of events it is told of.
    pub events: usize,
    /// Attempts that failed since the last one that did not.
    pub failures: u64,
    /// When it last took a message.
    pub success: Option<Moment>,
}

/// The form of an endpoint to make: `console/webhook-endpoint-new.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewWebhookEndpoint {
    /// `url`, and one field of each type of events.
    pub form: Filled,
    /// The types of events.
    pub types: Vec<EventTypeLine>,
}

/// A type of events to choose.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventTypeLine {
    /// Its field.
    pub field: String,
    /// Its name.
    pub name: &'static str,
    /// When it happens; its text is `event-type-{text}`.
    pub text: String,
}

/// One endpoint: `console/webhook-endpoint.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEndpointPage {
    /// The endpoint.
    pub endpoint: EndpointLine,
    /// Its id.
    pub id: String,
    /// When the gateway switched it off.
    pub switched_off: Option<Moment>,
    /// Since when it fails.
    pub failing_since: Option<Moment>,
    /// When it last failed.
    pub failure: Option<Moment>,
    /// The status it last answered.
    pub status: Option<u16>,
    /// The code of the last failure. Text from outside.
    pub error: Option<String>,
    /// Until when the secret before signs as well.
    pub before_until: Option<Moment>,
    /// When it was made.
    pub made: Moment,
    /// By whom. Text from outside.
    pub made_by: String,
    /// `url`, and one field of each type of events.
    pub form: Filled,
    /// The types of events.
    pub types: Vec<EventTypeLine>,
    /// What was refused besides.
    pub trouble: Filled,
    /// The state that is looked for, or nothing.
    pub state: String,
    /// The states to choose from; the text of each is `message-state-{state}`.
    pub states: Vec<&'static str>,
    /// The messages, the last first.
    pub messages: Vec<MessageLine>,
    /// The way through them.
    pub pager: Pager,
}

/// A message in a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageLine {
    /// Its id.
    pub id: String,
    /// The type of the event. Text from outside.
    pub kind: String,
    /// The session or approval it is about: id, and its page.
    pub subject: Option<(String, String)>,
    /// Its text is `message-state-{state}`.
    pub state: &'static str,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is sent again.
    pub again: Option<Moment>,
    /// The status that was answered.
    pub status: Option<u16>,
    /// The code of the last failure. Text from outside.
    pub error: Option<String>,
    /// When it was made.
    pub made: Moment,
    /// Where it is replayed, where it can be.
    pub replay: Option<String>,
}

impl EndpointLine {
    fn samples() -> Vec<Self> {
        let line = |state: &'static str| Self {
            href: "/console/webhooks/endpoints/whe_1".into(),
            url: SAMPLE_OUTSIDE.into(),
            state,
            events: 3,
            failures: u64::from(state == "failing") * 9,
            success: (state != "off").then(|| Moment::sample(70)),
        };
        STATES.map(line).into()
    }
}

impl EventTypeLine {
    fn samples() -> Vec<Self> {
        let line = |name: &'static str| Self {
            field: format!("event_{}", name.replace('.', "_")),
            name,
            text: name.replace('.', "-"),
        };
        [
            "session.started",
            "session.answered",
            "session.failed",
            "session.stopped",
            "approval.requested",
            "approval.decided",
            "approval.expired",
            "approval.voided",
        ]
        .map(line)
        .into()
    }
}

impl MessageLine {
    fn samples() -> Vec<Self> {
        let line = |state: &'static str| Self {
            id: "msg_1".into(),
            kind: "session.answered".into(),
            subject: (state != "failed")
                .then(|| ("sess_1".into(), "/console/sessions/sess_1".into())),
            state,
            attempts: 2,
            again: (state == "retrying").then(|| Moment::sample(-60)),
            status: (state == "failed").then_some(500),
            error: (state == "failed").then(|| SAMPLE_OUTSIDE.into()),
            made: Moment::sample(80),
            replay: (state == "failed").then(|| "/console/webhooks/messages/msg_1/replay".into()),
        };
        MESSAGE_STATES.map(line).into()
    }
}

impl Page for WebhookEndpoints {
    const TEMPLATE: &'static str = "console/webhook-endpoints.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            endpoints: EndpointLine::samples(),
            pager: Pager {
                first: None,
                next: Some("/console/webhooks/endpoints?cursor=7".into()),
            },
        };
        let fresh = Self {
            endpoints: Vec::new(),
            pager: Pager::default(),
        };
        vec![full, fresh]
    }
}

impl Page for NewWebhookEndpoint {
    const TEMPLATE: &'static str = "console/webhook-endpoint-new.html";

    fn samples() -> Vec<Self> {
        let of = |form| Self {
            form,
            types: EventTypeLine::samples(),
        };
        let wrong = Filled::new()
            .with("url", SAMPLE_OUTSIDE)
            .wrong("url", "a URL that begins with https://")
            .wrong("events", "at least one type of events");
        vec![
            of(Filled::new().with("event_session_failed", "on")),
            of(wrong),
        ]
    }
}

impl Page for WebhookEndpointPage {
    const TEMPLATE: &'static str = "console/webhook-endpoint.html";

    fn samples() -> Vec<Self> {
        let page = |endpoint: EndpointLine| {
            let (off, on) = (endpoint.state != "on", endpoint.state == "on");
            Self {
                id: "whe_1".into(),
                switched_off: (endpoint.state == "failing").then(|| Moment::sample(50)),
                failing_since: off.then(|| Moment::sample(500)),
                failure: off.then(|| Moment::sample(60)),
                status: off.then_some(500),
                error: off.then(|| SAMPLE_OUTSIDE.into()),
                before_until: on.then(|| Moment::sample(-80)),
                made: Moment::sample(900),
                made_by: SAMPLE_OUTSIDE.into(),
                form: Filled::new().with("url", SAMPLE_OUTSIDE).of_revision(2),
                types: EventTypeLine::samples(),
                trouble: if on {
                    Filled::new()
                } else {
                    Filled::new()
                        .failed("the webhook endpoint is switched off", Some("switch it on"))
                },
                state: if on { "failed".into() } else { String::new() },
                states: MESSAGE_STATES.into(),
                messages: if endpoint.state == "off" {
                    Vec::new()
                } else {
                    MessageLine::samples()
                },
                pager: Pager::default(),
                endpoint,
            }
        };
        let empty = EndpointLine::samples().into_iter().next().map(|line| Self {
            messages: Vec::new(),
            ..page(line)
        });
        EndpointLine::samples()
            .into_iter()
            .map(page)
            .chain(empty)
            .collect()
    }
}
