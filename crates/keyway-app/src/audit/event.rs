use jiff::Timestamp;
use keyway_core::{AuditEventId, Error, OrgId, RequestId};

use super::{Effect, Ended, EventKind, Who, mask};
use crate::stats::Counted;

/// The longest text an event takes over from outside, in bytes; the rest is cut off.
const LONGEST: usize = 512;

/// Something that happened, to be put into the audit log of an organization.
///
/// Nothing here is a secret and nothing may be: texts that come from outside are cut, details
/// under names that look secret are masked, and arguments are kept only as their hash.
#[derive(Debug, Clone)]
pub struct Event {
    pub(super) kind: EventKind,
    pub(super) phase: Phase,
    pub(super) who: Who,
    pub(super) at: Option<Timestamp>,
    pub(super) target: Option<(&'static str, String)>,
    pub(super) tool: Option<String>,
    pub(super) server: Option<String>,
    pub(super) arguments: Option<Arguments>,
    pub(super) decision: Option<(Effect, Vec<String>)>,
    pub(super) approval: Option<String>,
    pub(super) ended: Option<Ended>,
    pub(super) request: Option<RequestId>,
    pub(super) details: Vec<(&'static str, serde_json::Value)>,
    /// That the tool is a name that nothing has.
    pub(super) unknown: bool,
}

/// Which part of something an event tells.
#[derive(Debug, Clone)]
pub(super) enum Phase {
    /// All of it.
    Whole,
    /// It is about to be done. Written before it is.
    Intent(AuditEventId),
    /// How it ended; the id is the intent's.
    Outcome(AuditEventId),
}

/// The arguments of a call.
#[derive(Debug, Clone)]
pub(super) struct Arguments {
    /// SHA-256 of the bytes as they were sent.
    pub(super) sha256: [u8; 32],
    /// The arguments themselves, masked, where they are kept.
    pub(super) kept: Option<serde_json::Value>,
}

impl Arguments {
    /// The hash alone.
    pub(super) fn hashed(sent: &str) -> Self {
        Self {
            sha256: mask::sha256(sent.as_bytes()),
            kept: None,
        }
    }

    /// The hash, and the arguments themselves with what looks secret masked.
    pub(super) fn kept(sent: &str) -> Self {
        Self {
            kept: mask::kept(sent),
            ..Self::hashed(sent)
        }
    }
}

impl Event {
    /// Something of this kind, done by `who`: a [`keyway_core::Principal`], or a [`Who`].
    pub fn new(kind: EventKind, who: impl Into<Who>) -> Self {
        Self {
            kind,
            phase: Phase::Whole,
            who: who.into(),
            at: None,
            target: None,
            tool: None,
            server: None,
            arguments: None,
            decision: None,
            approval: None,
            ended: None,
            request: None,
            details: Vec::new(),
            unknown: false,
        }
    }

    /// What was touched: a kind like `api_key`, and an id or name.
    pub fn target(mut self, kind: &'static str, id: impl AsRef<str>) -> Self {
        self.target = Some((kind, cut(id.as_ref())));
        self
    }

    /// The tool, by the name clients know.
    pub fn tool(mut self, name: &str) -> Self {
        self.tool = Some(cut(name));
        self
    }

    /// The MCP server behind it.
    pub fn server(mut self, key: &str) -> Self {
        self.server = Some(cut(key));
        self
    }

    /// The OAuth client that takes part, where `who` does not tell.
    pub fn client(mut self, client: &keyway_core::ClientId) -> Self {
        self.who.client = Some(client.as_str().to_owned());
        self
    }

    /// The address the request came from, where `who` does not tell.
    pub fn address(mut self, address: std::net::IpAddr) -> Self {
        self.who.arrival.address = Some(address);
        self
    }

    /// The credential that was used (its id, never itself), where `who` does not tell.
    pub fn credential(mut self, id: impl Into<String>) -> Self {
        self.who.credential = Some(id.into());
        self
    }

    /// What was decided, and by which policies.
    pub fn decided(mut self, effect: Effect, policies: Vec<String>) -> Self {
        self.decision = Some((effect, policies));
        self
    }

    /// The approval it ran under: its id, or how it was given.
    pub fn approval(mut self, approval: impl AsRef<str>) -> Self {
        self.approval = Some(cut(approval.as_ref()));
        self
    }

    /// How it ended. [`super::Outcome`] when nothing more is known.
    pub fn outcome(mut self, ended: impl Into<Ended>) -> Self {
        self.ended = Some(ended.into());
        self
    }

    /// How it ended, by what came out.
    pub fn outcome_of<T>(self, done: &Result<T, Error>) -> Self {
        self.outcome(Ended::of(done))
    }

    /// The request it was done in.
    pub fn request(mut self, request: &RequestId) -> Self {
        self.request = Some(request.clone());
        self
    }

    /// Something else worth knowing, under a name in snake case. Never a secret; a value under a
    /// name that looks like one is masked all the same.
    pub fn detail(mut self, name: &'static str, value: impl Into<serde_json::Value>) -> Self {
        self.details.push((name, mask::detail(name, &value.into())));
        self
    }

    /// The call it tells the end of, to be counted.
    pub(super) fn counted(&self) -> Option<Counted<'_>> {
        let (EventKind::Call, Some(ended)) = (self.kind, &self.ended) else {
            return None;
        };
        Some(Counted {
            organization: self.who.organization(),
            at: self.at?,
            server: self.server.as_deref(),
            tool: self.tool.as_deref().filter(|_| !self.unknown),
            outcome: ended.outcome,
            took: ended.took.unwrap_or_default(),
        })
    }

    /// Whose log it goes to.
    pub fn organization(&self) -> &OrgId {
        self.who.organization()
    }

    /// What it tells of.
    pub fn kind(&self) -> EventKind {
        self.kind
    }
}

/// At most so much of a text from outside.
fn cut(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(LONGEST);
    format!("{}…", text.get(..end).unwrap_or_default())
}
