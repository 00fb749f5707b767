use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::AuditEvent;

/// An event, taken apart to be shown to an administrator. What it does not say is absent.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Its place in the log.
    #[serde(skip)]
    pub seq: i64,
    /// When it was written down, or happened.
    #[serde(skip)]
    pub at: Timestamp,
    /// Its hash, and that of the event before it, in hexadecimal.
    #[serde(skip)]
    pub hashes: (String, String),
    /// Its id.
    pub id: String,
    /// What it tells of.
    pub kind: String,
    /// `intent` or `outcome`, where it tells of one part.
    pub phase: Option<String>,
    /// Of an outcome: the id of the intent.
    pub intent: Option<String>,
    /// Who did it.
    pub actor: Named,
    /// Their name, where they are there.
    #[serde(skip)]
    pub actor_name: Option<String>,
    /// The id of what they came in with.
    pub credential: Option<String>,
    /// The OAuth client.
    pub client: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// What it is about.
    pub target: Option<Named>,
    /// The tool, by the name clients know.
    pub tool: Option<String>,
    /// The MCP server.
    pub server: Option<String>,
    /// The arguments.
    pub arguments: Option<SentArguments>,
    /// What was decided.
    pub decision: Option<Decided>,
    /// The approval it ran under.
    pub approval: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// The code of the error.
    pub code: Option<String>,
    /// How long it took, in microseconds.
    pub duration_us: Option<u64>,
    /// The request.
    pub request: Option<String>,
    /// The trace.
    pub trace: Option<String>,
    /// What else is known.
    #[serde(default)]
    pub details: Map<String, Value>,
}

/// Someone or something by kind and id.
#[derive(Debug, Clone, Deserialize)]
pub struct Named {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which.
    pub id: String,
}

/// The arguments of a call as they are kept.
#[derive(Debug, Clone, Deserialize)]
pub struct SentArguments {
    /// SHA-256 of what was sent, in hexadecimal.
    pub sha256: String,
    /// The arguments, masked, where they are kept.
    pub kept: Option<Value>,
}

/// What was decided.
#[derive(Debug, Clone, Deserialize)]
pub struct Decided {
    /// `allowed`, `needs_approval` or `denied`.
    pub effect: String,
    /// By which policies.
    #[serde(default)]
    pub policies: Vec<String>,
}

impl AuditEntry {
    /// Takes an event apart. What somebody altered so that it cannot be read is shown as that.
    pub(super) fn of(event: &AuditEvent) -> Self {
        let read = serde_json::from_str::<Self>(event.record.get());
        let mut entry = read.unwrap_or_else(|_| Self::unreadable());
        entry.seq = event.seq;
        entry.at = event.at;
        entry.hashes = (event.hash.clone(), event.previous.clone());
        entry
    }

    /// The detail of this name, where it is a text.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.get(name).and_then(Value::as_str)
    }

    fn unreadable() -> Self {
        Self {
            seq: 0,
            at: Timestamp::UNIX_EPOCH,
            hashes: Default::default(),
            id: String::new(),
            kind: "unreadable".into(),
            phase: None,
            intent: None,
            actor: Named {
                kind: "unknown".into(),
                id: String::new(),
            },
            actor_name: None,
            credential: None,
            client: None,
            address: None,
            target: None,
            tool: None,
            server: None,
            arguments: None,
            decision: None,
            approval: None,
            outcome: None,
            code: None,
            duration_us: None,
            request: None,
            trace: None,
            details: Map::new(),
        }
    }
}
