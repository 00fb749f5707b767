use jiff::Timestamp;
use keyway_agent::{ToolCall, ToolStatus};
use serde_json::Value;

use crate::event::Names;

/// One thing in the conversation.
#[derive(Debug, Clone)]
pub(crate) enum Block {
    /// The person wrote.
    User(String),
    /// The model wrote; markdown.
    Model(String),
    /// A call.
    Card(Card),
    /// A remark of the chat itself.
    Note(Tone, String),
    /// What a command listed.
    Table {
        head: Vec<String>,
        rows: Vec<Vec<String>>,
    },
}

/// How a remark is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Quiet,
    Plain,
    Bad,
}

/// A call of a tool.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    /// The call's id.
    pub(crate) id: String,
    /// The server, where the call is for one.
    pub(crate) server: Option<String>,
    pub(crate) tool: String,
    pub(crate) arguments: Value,
    pub(crate) state: CardState,
    /// When it began.
    pub(crate) since: Timestamp,
    /// How long it took, in milliseconds.
    pub(crate) millis: Option<u64>,
    /// What the model got.
    pub(crate) result: String,
    /// How far the server says it is.
    pub(crate) progress: Option<String>,
    pub(crate) open: bool,
}

/// How a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CardState {
    Running,
    Ended(ToolStatus),
}

impl Card {
    /// The card of a call that a model wants.
    pub(crate) fn new(call: &ToolCall, at: Timestamp, names: &Names) -> Self {
        let (server, tool, arguments) = meant(call, names);
        Self {
            id: call.id.clone(),
            server,
            tool,
            arguments,
            state: CardState::Running,
            since: at,
            millis: None,
            result: String::new(),
            progress: None,
            open: false,
        }
    }

    /// True while the call runs.
    pub(crate) fn runs(&self) -> bool {
        self.state == CardState::Running
    }
}

/// Which server and tool a call means: `call_mcp_tool` names them in its arguments, and what the
/// name of a plain definition stands for is in `names`.
pub(crate) fn meant(call: &ToolCall, names: &Names) -> (Option<String>, String, Value) {
    let text = |name: &str| call.arguments.get(name)?.as_str().map(str::to_owned);
    if call.name == "call_mcp_tool"
        && let (Some(server), Some(tool)) = (text("server"), text("tool"))
    {
        let arguments = call.arguments.get("arguments").cloned();
        return (Some(server), tool, arguments.unwrap_or_default());
    }
    match names.get(&call.name).cloned() {
        Some((server, tool)) => (Some(server), tool, call.arguments.clone()),
        None => (None, call.name.clone(), call.arguments.clone()),
    }
}
