use serde::Serialize;

use super::{Moment, Pager, SAMPLE_OUTSIDE, SessionLine};
use crate::Page;

/// Where one is signed in, and one's own sessions with agents: `console/my-sessions.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MySessions {
    /// Browsers one is signed in with.
    pub browsers: Vec<BrowserLine>,
    /// Sessions with agents, the last begun first.
    pub sessions: Vec<SessionLine>,
    /// The way through them.
    pub pager: Pager,
}

/// A browser somebody is signed in with.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BrowserLine {
    /// The web session's id.
    pub id: String,
    /// The browser, as it names itself. Text from outside.
    pub browser: String,
    /// The address it came from.
    pub address: String,
    /// When somebody signed in with it.
    pub began: Moment,
    /// When it was last seen.
    pub seen: Moment,
    /// Until when it lasts.
    pub until: Moment,
    /// Whether it is this one.
    pub current: bool,
}

impl Page for MySessions {
    const TEMPLATE: &'static str = "console/my-sessions.html";

    fn samples() -> Vec<Self> {
        let browser = |id: &str, current| BrowserLine {
            id: id.into(),
            browser: SAMPLE_OUTSIDE.into(),
            address: "127.0.0.1".into(),
            began: Moment::sample(90_000),
            seen: Moment::sample(70),
            until: Moment::sample(-90_000),
            current,
        };
        let full = Self {
            browsers: vec![browser("web_1", true), browser("web_2", false)],
            sessions: SessionLine::samples(),
            pager: Pager::default(),
        };
        let fresh = Self {
            browsers: vec![browser("web_1", true)],
            sessions: Vec::new(),
            ..full.clone()
        };
        vec![full, fresh]
    }
}
