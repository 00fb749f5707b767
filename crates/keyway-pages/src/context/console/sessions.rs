use serde::Serialize;

use super::{Filled, Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// Sessions of agents: `console/sessions.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sessions {
    /// What is looked for: `q`, `agent`, `status`, `archived`.
    pub search: Filled,
    /// Whether anything is looked for in particular.
    pub searching: bool,
    /// Slugs of agents to choose from.
    pub agents: Vec<String>,
    /// The sessions, the last begun first.
    pub sessions: Vec<SessionLine>,
    /// The way through the list.
    pub pager: Pager,
}

/// A session in a list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionLine {
    /// Its id.
    pub id: String,
    /// How it began. Text from outside.
    pub title: String,
    /// The agent's slug. Text from outside.
    pub agent: String,
    /// Whose it is: a name, else an id. Text from outside.
    pub who: String,
    /// `running`, `finished`, `interrupted`, `budget`, `failed` or `idle`.
    pub status: String,
    /// The code of what went wrong last. Text from outside.
    pub error: Option<String>,
    /// How many messages wait to be said.
    pub queued: u64,
    /// Whether it is archived.
    pub archived: bool,
    /// How many turns ended.
    pub turns: u64,
    /// Tokens read and written.
    pub tokens: u64,
    /// Tokens read.
    pub read: u64,
    /// Tokens written.
    pub written: u64,
    /// Their price in US dollars, where it is known.
    pub cost: Option<String>,
    /// When it began.
    pub began: Moment,
    /// When something last happened.
    pub updated: Moment,
}

impl SessionLine {
    /// One of each status.
    pub fn samples() -> Vec<Self> {
        let all = [
            "running",
            "finished",
            "interrupted",
            "budget",
            "failed",
            "idle",
        ];
        let line = |(place, status): (u64, &str)| Self {
            id: format!("sess_{place}"),
            title: SAMPLE_OUTSIDE.into(),
            agent: SAMPLE_OUTSIDE.into(),
            who: SAMPLE_OUTSIDE.into(),
            status: status.into(),
            error: (status == "failed").then(|| SAMPLE_OUTSIDE.into()),
            queued: place % 3,
            archived: status == "budget",
            turns: place,
            tokens: place * 1_000,
            read: place * 900,
            written: place * 100,
            cost: (place > 2).then(|| "$0.0123".into()),
            began: Moment::sample(90_000),
            updated: Moment::sample(70),
        };
        (1..).zip(all).map(line).collect()
    }
}

impl Page for Sessions {
    const TEMPLATE: &'static str = "console/sessions.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            search: Filled::new()
                .with("q", SAMPLE_OUTSIDE)
                .with("agent", "helper"),
            searching: true,
            agents: vec!["helper".into(), SAMPLE_OUTSIDE.into()],
            sessions: SessionLine::samples(),
            pager: Pager {
                first: None,
                next: Some("/console/sessions?cursor=7".into()),
            },
        };
        let nothing = Self {
            sessions: Vec::new(),
            pager: Pager::default(),
            ..full.clone()
        };
        let fresh = Self {
            search: Filled::new(),
            searching: false,
            agents: Vec::new(),
            ..nothing.clone()
        };
        vec![full, nothing, fresh]
    }
}
