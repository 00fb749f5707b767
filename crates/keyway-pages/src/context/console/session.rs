use serde::Serialize;

use super::{ApprovalLine, Filled, Moment, SAMPLE_OUTSIDE, SessionLine};
use crate::Page;

/// One session with what was said and done in it: `console/session.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The session.
    pub session: SessionLine,
    /// What happened, oldest first.
    pub lines: Vec<TranscriptLine>,
    /// Where what happened before and after is shown.
    pub earlier: Option<String>,
    /// Where it goes on.
    pub later: Option<String>,
    /// Whether whoever looks may say something in it.
    pub own: bool,
    /// Whether something goes on or waits that can be stopped.
    pub stoppable: bool,
    /// What waits to be said, the next one first.
    pub waiting: Vec<WaitingLine>,
    /// Calls of the agent that wait for a decision.
    pub approvals: Vec<ApprovalLine>,
    /// Where it came from, where a publication began it.
    pub origin: Option<OriginLine>,
    /// What is said: `message`.
    pub form: Filled,
}

/// A message that waits to be said.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingLine {
    /// What is said. Text from outside.
    pub text: String,
    /// Since when it waits.
    pub at: Moment,
}

/// Where a session came from.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OriginLine {
    /// The page of the publication.
    pub href: String,
    /// The publication. Text from outside.
    pub publication: String,
    /// The provider.
    pub provider: String,
    /// The conversation, in the provider's words. Text from outside.
    pub conversation: String,
    /// The page of the last delivery.
    pub delivery: Option<String>,
    /// Where an answer stands.
    pub url: Option<String>,
}

/// Something that happened in a session.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TranscriptLine {
    /// Its place.
    pub seq: u64,
    /// When.
    pub at: Moment,
    /// `began`, `model`, `user`, `assistant`, `tool`, `ended` or `other`.
    pub kind: &'static str,
    /// What was said, or which model, or what it is called. Text from outside.
    pub text: String,
    /// Whether what was said was cut off.
    pub cut: bool,
    /// Of a tool: its arguments. Text from outside.
    pub arguments: Option<String>,
    /// Of a tool: what it answered. Text from outside.
    pub result: Option<String>,
    /// Of a tool: `running`, `done`, `failed`, `denied` or `interrupted`; of an end: `finished`,
    /// `interrupted`, `budget` or `failed`.
    pub status: Option<String>,
    /// How long it took.
    pub took: Option<String>,
    /// Tokens read and written.
    pub tokens: Option<u64>,
    /// Of an end: the price of the turn in US dollars, where it is known.
    pub cost: Option<String>,
    /// The code of what went wrong. Text from outside.
    pub code: Option<String>,
}

impl TranscriptLine {
    /// A line of this kind with nothing else.
    pub fn new(seq: u64, at: Moment, kind: &'static str, text: impl Into<String>) -> Self {
        Self {
            seq,
            at,
            kind,
            text: text.into(),
            cut: false,
            arguments: None,
            result: None,
            status: None,
            took: None,
            tokens: None,
            cost: None,
            code: None,
        }
    }
}

impl Page for Session {
    const TEMPLATE: &'static str = "console/session.html";

    fn samples() -> Vec<Self> {
        let line = |seq, kind| TranscriptLine::new(seq, Moment::sample(70), kind, SAMPLE_OUTSIDE);
        let tool = |seq, status: &str, result: Option<&str>| TranscriptLine {
            arguments: Some(SAMPLE_OUTSIDE.into()),
            result: result.map(str::to_owned),
            status: Some(status.into()),
            took: result.map(|_| "12 ms".into()),
            ..line(seq, "tool")
        };
        let ended = |seq, status: &str| TranscriptLine {
            status: Some(status.into()),
            tokens: Some(1_234),
            cost: (status == "finished").then(|| "$0.0123".into()),
            code: (status == "failed").then(|| SAMPLE_OUTSIDE.into()),
            ..line(seq, "ended")
        };
        let lines = vec![
            line(1, "began"),
            line(2, "model"),
            line(3, "user"),
            TranscriptLine {
                cut: true,
                tokens: Some(12),
                ..line(4, "assistant")
            },
            tool(5, "running", None),
            tool(6, "done", Some(SAMPLE_OUTSIDE)),
            tool(7, "failed", Some(SAMPLE_OUTSIDE)),
            tool(8, "denied", Some(SAMPLE_OUTSIDE)),
            tool(9, "interrupted", None),
            ended(10, "finished"),
            ended(11, "interrupted"),
            ended(12, "budget"),
            ended(13, "failed"),
            line(14, "other"),
        ];
        let running = SessionLine::samples().into_iter().next();
        let done = SessionLine::samples().into_iter().nth(1);
        let full = running.map(|session| Self {
            session,
            lines,
            earlier: Some("/console/sessions/sess_1".into()),
            later: Some("/console/sessions/sess_1?after=200".into()),
            own: true,
            stoppable: true,
            waiting: vec![WaitingLine {
                text: SAMPLE_OUTSIDE.into(),
                at: Moment::sample(5),
            }],
            approvals: vec![ApprovalLine::sample("pending")],
            origin: Some(OriginLine {
                href: "/console/publications/pub_1".into(),
                publication: SAMPLE_OUTSIDE.into(),
                provider: "webhook".into(),
                conversation: SAMPLE_OUTSIDE.into(),
                delivery: Some("/console/webhooks/dlv_1".into()),
                url: Some("https://tracker.example/7".into()),
            }),
            form: Filled::new(),
        });
        let others = done.map(|session| Self {
            session,
            lines: Vec::new(),
            earlier: None,
            later: None,
            own: false,
            stoppable: false,
            waiting: Vec::new(),
            approvals: Vec::new(),
            origin: None,
            form: Filled::new(),
        });
        let mine = others.clone().map(|page| Self {
            own: true,
            form: Filled::new()
                .with("message", SAMPLE_OUTSIDE)
                .wrong("message", "say it"),
            ..page
        });
        let archived = mine.clone().map(|page| Self {
            session: SessionLine {
                archived: true,
                ..page.session.clone()
            },
            ..page
        });
        let pages = full.into_iter().chain(others).chain(mine);
        pages.chain(archived).collect()
    }
}
