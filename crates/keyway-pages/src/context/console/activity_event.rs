use serde::Serialize;

use super::{EventLine, Moment, SAMPLE_OUTSIDE};
use crate::Page;

/// One event and all that belongs to it: `console/activity-event.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityEvent {
    /// The event.
    pub event: EventLine,
    /// Everything that belongs to it, in the order it happened.
    pub story: Vec<EventLine>,
    /// How long the story took.
    pub whole: String,
    /// What is known of the event: the key of a label, and what it says. Texts from outside.
    pub facts: Vec<Fact>,
    /// What was decided: `allowed`, `needs_approval` or `denied`.
    pub effect: Option<String>,
    /// By which policies. Texts from outside.
    pub policies: Vec<String>,
    /// Whose approval it ran under. Text from outside.
    pub approval: Option<String>,
    /// The credentials it was given.
    pub credentials: Vec<Lent>,
    /// The session of an agent it was made in.
    pub session: Option<String>,
    /// The arguments as they are kept, else none.
    pub arguments: Option<String>,
    /// SHA-256 of the arguments.
    pub arguments_hash: Option<String>,
    /// What else was written down, as JSON.
    pub details: Option<String>,
    /// Its hash, and that of the event before it.
    pub hash: String,
    /// The hash of the event before it.
    pub previous: String,
    /// When it was written down, to the millisecond.
    pub at: String,
    /// How far away that is.
    pub away: Moment,
}

/// Something that is known.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// The key of its label.
    pub label: &'static str,
    /// What it says. Text from outside.
    pub value: String,
    /// Where more of it is.
    pub href: Option<String>,
}

/// An instance of a credential that a call was given.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lent {
    /// Its id.
    pub id: String,
    /// Its key and its name, where it is still there. Text from outside.
    pub name: Option<String>,
}

impl Page for ActivityEvent {
    const TEMPLATE: &'static str = "console/activity-event.html";

    fn samples() -> Vec<Self> {
        let fact = |label, href: Option<&str>| Fact {
            label,
            value: SAMPLE_OUTSIDE.into(),
            href: href.map(str::to_owned),
        };
        let full = Self {
            event: EventLine::sample(2, Some("ok")),
            story: vec![
                EventLine::sample(1, Some("began")),
                EventLine::sample(2, Some("ok")),
            ],
            whole: "1.2 s".into(),
            facts: vec![
                fact("activity-who", None),
                fact("activity-request", Some("/console/activity?request=x")),
            ],
            effect: Some("allowed".into()),
            policies: vec![SAMPLE_OUTSIDE.into()],
            approval: Some(SAMPLE_OUTSIDE.into()),
            credentials: vec![
                Lent {
                    id: "cred_1".into(),
                    name: Some(SAMPLE_OUTSIDE.into()),
                },
                Lent {
                    id: "cred_2".into(),
                    name: None,
                },
            ],
            session: Some("sess_1".into()),
            arguments: Some(SAMPLE_OUTSIDE.into()),
            arguments_hash: Some("00ff".into()),
            details: Some(SAMPLE_OUTSIDE.into()),
            hash: "00ff".into(),
            previous: "ff00".into(),
            at: "2026-11-29T02:00:00.123Z".into(),
            away: Moment::sample(70),
        };
        let little = Self {
            event: EventLine::sample(3, None),
            story: vec![EventLine::sample(3, None)],
            facts: Vec::new(),
            effect: None,
            policies: Vec::new(),
            approval: None,
            credentials: Vec::new(),
            session: None,
            arguments: None,
            arguments_hash: None,
            details: None,
            ..full.clone()
        };
        let denied = Self {
            effect: Some("denied".into()),
            policies: Vec::new(),
            ..full.clone()
        };
        let asked = Self {
            effect: Some("needs_approval".into()),
            ..full.clone()
        };
        vec![full, little, denied, asked]
    }
}
