use serde::Serialize;

use super::{Filled, Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// How far a delivery can be.
const STATES: [&str; 7] = [
    "ignored",
    "queued",
    "running",
    "retrying",
    "answered",
    "dead",
    "cancelled",
];

/// What came in by webhooks: `console/webhooks.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhooks {
    /// What is looked for: `publication`, `state`.
    pub search: Filled,
    /// Whether anything is looked for in particular.
    pub searching: bool,
    /// The publications to choose from: id and name. Texts from outside.
    pub publications: Vec<(String, String)>,
    /// The states to choose from; the text of each is `delivery-state-{state}`.
    pub states: Vec<&'static str>,
    /// The deliveries, the last that came first.
    pub deliveries: Vec<DeliveryLine>,
    /// The way through them.
    pub pager: Pager,
}

/// A delivery in a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryLine {
    /// Its page.
    pub href: String,
    /// The publication's name. Text from outside.
    pub publication: String,
    /// The publication's page.
    pub publication_href: String,
    /// How far it is; its text is `delivery-state-{state}`.
    pub state: &'static str,
    /// Why something is done about it, or nothing, in words. Text from outside.
    pub rule: String,
    /// The session it was said in, by its id.
    pub session: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// How often it is tried at most.
    pub most: Option<u32>,
    /// The code of the last failure. Text from outside.
    pub error: Option<String>,
    /// When it came.
    pub came: Moment,
}

/// One delivery: `console/webhook.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookPage {
    /// The delivery.
    pub delivery: DeliveryLine,
    /// Its id.
    pub id: String,
    /// What happened, one sentence after another. Texts from outside.
    pub reasons: Vec<String>,
    /// The conversation it belongs to. Text from outside.
    pub conversation: Option<String>,
    /// What tells it from others of its installation. Text from outside.
    pub dedupe_key: String,
    /// How often the same came again.
    pub duplicates: u64,
    /// The delivery it repeats, by its id.
    pub replay_of: Option<String>,
    /// The length of its body in bytes.
    pub bytes: u64,
    /// When it is tried again.
    pub again: Option<Moment>,
    /// When the agent had answered.
    pub answered: Option<Moment>,
    /// What became of what is said back.
    pub reply: Option<ReplyShown>,
    /// What was refused.
    pub trouble: Filled,
}

/// What became of what is said back.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplyShown {
    /// Its text is `reply-{state}`.
    pub state: &'static str,
    /// Where people see it: an http address.
    pub url: Option<String>,
    /// Why nothing was said: a code. Text from outside.
    pub error: Option<String>,
    /// When it was there.
    pub at: Option<Moment>,
}

impl DeliveryLine {
    /// One of each state.
    pub(super) fn samples() -> Vec<Self> {
        let line = |state: &'static str| Self {
            href: "/console/webhooks/dlv_1".into(),
            publication: SAMPLE_OUTSIDE.into(),
            publication_href: "/console/publications/pub_1".into(),
            state,
            rule: SAMPLE_OUTSIDE.into(),
            session: (state == "answered").then(|| "sess_1".into()),
            attempts: u32::from(state != "ignored"),
            most: (state != "ignored").then_some(5),
            error: (state == "dead").then(|| SAMPLE_OUTSIDE.into()),
            came: Moment::sample(70),
        };
        STATES.map(line).into()
    }
}

impl ReplyShown {
    fn samples() -> Vec<Self> {
        let of = |state: &'static str| Self {
            state,
            url: (state == "posted").then(|| "https://acme.example/1".into()),
            error: (state == "refused").then(|| SAMPLE_OUTSIDE.into()),
            at: (state == "posted").then(|| Moment::sample(60)),
        };
        ["waiting", "posting", "posted", "refused"].map(of).into()
    }
}

impl Page for Webhooks {
    const TEMPLATE: &'static str = "console/webhooks.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            search: Filled::new()
                .with("publication", "pub_1")
                .with("state", "dead"),
            searching: true,
            publications: vec![("pub_1".into(), SAMPLE_OUTSIDE.into())],
            states: STATES.into(),
            deliveries: DeliveryLine::samples(),
            pager: Pager {
                first: None,
                next: Some("/console/webhooks?cursor=7".into()),
            },
        };
        let nothing = Self {
            deliveries: Vec::new(),
            pager: Pager::default(),
            ..full.clone()
        };
        let fresh = Self {
            search: Filled::new(),
            searching: false,
            publications: Vec::new(),
            ..nothing.clone()
        };
        vec![full, nothing, fresh]
    }
}

impl Page for WebhookPage {
    const TEMPLATE: &'static str = "console/webhook.html";

    fn samples() -> Vec<Self> {
        let replies = ReplyShown::samples().into_iter().map(Some);
        let replies = replies.chain([None]).cycle();
        let lines = DeliveryLine::samples().into_iter().zip(replies);
        let page = |(delivery, reply): (DeliveryLine, Option<ReplyShown>)| Self {
            id: "dlv_1".into(),
            reasons: vec![SAMPLE_OUTSIDE.into(), SAMPLE_OUTSIDE.into()],
            conversation: reply.is_some().then(|| SAMPLE_OUTSIDE.into()),
            dedupe_key: SAMPLE_OUTSIDE.into(),
            duplicates: 2,
            replay_of: reply.is_none().then(|| "dlv_0".into()),
            bytes: 1_200,
            again: (delivery.state == "retrying").then(|| Moment::sample(-60)),
            answered: (delivery.state == "answered").then(|| Moment::sample(60)),
            trouble: if delivery.state == "dead" {
                Filled::new().failed("there is no publication", Some("make one"))
            } else {
                Filled::new()
            },
            delivery,
            reply,
        };
        lines.map(page).collect()
    }
}
