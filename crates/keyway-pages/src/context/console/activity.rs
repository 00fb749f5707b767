use serde::Serialize;

use super::{Filled, Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// What happened: `console/activity.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// What is looked for, as it was sent: `who`, `kind`, `tool`, `server`, `target`, `outcome`,
    /// `request`, `since`, `until`.
    pub search: Filled,
    /// Whether anything is looked for in particular.
    pub searching: bool,
    /// Every kind of event.
    pub kinds: Vec<EventKindLine>,
    /// The events, newest first.
    pub events: Vec<EventLine>,
    /// How many events were looked at.
    pub looked_at: u64,
    /// Whether the search stopped before it looked at everything.
    pub stopped: bool,
    /// The way through the list.
    pub pager: Pager,
}

/// A kind of event that can be chosen.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventKindLine {
    /// Its name.
    pub kind: String,
    /// Whether it has a text of its own, which is `event-{kind}`.
    pub known: bool,
}

/// An event in a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventLine {
    /// Its place in the log.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// How long after the first one of a story, where it is in one.
    pub after: Option<String>,
    /// What happened.
    pub kind: EventKindLine,
    /// Who did it: a name, else an id. Text from outside.
    pub who: String,
    /// What they are: `user`, `service_account`, `operator`, `system`, `anonymous`.
    pub who_kind: String,
    /// What it is about: a tool, or the name or id of something. Text from outside.
    pub about: Option<String>,
    /// The page of it, where it is still there.
    pub about_href: Option<String>,
    /// The MCP server. Text from outside.
    pub server: Option<String>,
    /// How it ended; `began` for an intent.
    pub outcome: Option<String>,
    /// The code of the error. Text from outside.
    pub code: Option<String>,
    /// How long it took.
    pub took: Option<String>,
    /// Where it stands in the time of a story: start and width of 1000.
    pub bar: Option<(u32, u32)>,
}

impl EventLine {
    /// One for samples.
    pub fn sample(seq: i64, outcome: Option<&str>) -> Self {
        Self {
            seq,
            at: Moment::sample(seq * 70),
            after: Some("+12 ms".into()),
            kind: EventKindLine {
                kind: "call".into(),
                known: seq % 2 == 0,
            },
            who: SAMPLE_OUTSIDE.into(),
            who_kind: "user".into(),
            about: Some(SAMPLE_OUTSIDE.into()),
            about_href: (seq % 2 == 1).then(|| "/console/people/user_1".into()),
            server: (seq % 2 == 0).then(|| SAMPLE_OUTSIDE.into()),
            outcome: outcome.map(str::to_owned),
            code: (seq % 2 == 0).then(|| SAMPLE_OUTSIDE.into()),
            took: Some("12 ms".into()),
            bar: Some((100, 200)),
        }
    }
}

impl Page for Activity {
    const TEMPLATE: &'static str = "console/activity.html";

    fn samples() -> Vec<Self> {
        let outcomes = [
            "ok",
            "tool_error",
            "refused",
            "failed",
            "cancelled",
            "timeout",
            "began",
            "?",
        ];
        let events = (1..)
            .zip(outcomes)
            .map(|(seq, one)| EventLine::sample(seq, Some(one)));
        let kinds = vec![
            EventKindLine {
                kind: "call".into(),
                known: true,
            },
            EventKindLine {
                kind: "something_new".into(),
                known: false,
            },
        ];
        let full = Self {
            search: Filled::new()
                .with("tool", SAMPLE_OUTSIDE)
                .with("kind", "call")
                .with("outcome", "ok"),
            searching: true,
            kinds: kinds.clone(),
            events: events.collect(),
            looked_at: 20_000,
            stopped: true,
            pager: Pager {
                first: Some("/console/activity".into()),
                next: Some("/console/activity?cursor=7".into()),
            },
        };
        let wrong = Self {
            search: Filled::new().wrong("since", "expected: a moment"),
            searching: false,
            kinds,
            events: Vec::new(),
            looked_at: 0,
            stopped: false,
            pager: Pager::default(),
        };
        let nothing = Self {
            events: Vec::new(),
            stopped: false,
            looked_at: 400,
            pager: Pager::default(),
            ..full.clone()
        };
        vec![full, wrong, nothing]
    }
}
