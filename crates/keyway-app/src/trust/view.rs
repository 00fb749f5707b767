use jiff::Timestamp;

use super::difference::Difference;
use super::risk::Finding;
use super::suspicious::Odd;

/// What is decided about an MCP server, and what waits.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "independent settings")]
pub struct ServerView {
    /// The server's key.
    pub key: String,
    /// Nothing of it is shown, and nothing reaches it.
    pub disabled: bool,
    /// `follow` or `pin`: what becomes of a definition that it changes.
    pub definitions: &'static str,
    /// `on` or `off`: what becomes of a tool that it did not list before.
    pub new_tools: &'static str,
    /// Only tools that are allowed one by one are shown.
    pub only_allowed: bool,
    /// Calls of its tools need an approval, unless a tool says otherwise.
    pub needs_approval: bool,
    /// Whether an administrator connected it while the gateway ran.
    pub is_connector: bool,
    /// How many tools it lists.
    pub listed: usize,
    /// How many of them are shown.
    pub shown: usize,
    /// How many changed or new tools wait to be accepted.
    pub held: usize,
    /// Grows with each change of the settings; a change names the one it was made from.
    pub revision: i64,
}

/// A tool of an MCP server, and what is decided about it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolView {
    /// The server's own name of it.
    pub tool: String,
    /// What the server calls it towards people, cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is shown to do, cut.
    pub description: String,
    /// Whether it is shown, and why not.
    pub state: ToolState,
    /// Allowed or denied; `null` as the server's settings say.
    pub allowed: Option<bool>,
    /// Whether its calls need an approval, all settings taken together.
    pub needs_approval: bool,
    /// What its own settings say of that; `null` as the server's settings say.
    pub own_needs_approval: Option<bool>,
    /// The name it is shown under instead of its own.
    pub shown_as: Option<String>,
    /// The description it is shown with instead of its own.
    pub shown_description: Option<String>,
    /// The hash of the definition that was accepted.
    pub hash: Option<String>,
    /// The hash of the one that waits.
    pub held: Option<String>,
    /// Characters of its name and description that are not what they seem.
    pub odd: Vec<Odd>,
    /// Grows with each change of its settings; a change names the one it was made from.
    pub revision: i64,
}

/// Whether a tool is shown, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolState {
    /// It is shown as the server lists it.
    Shown,
    /// It is shown as it was accepted; what the server lists by now waits.
    Changed,
    /// It is shown as it was accepted; what the server lists by now was rejected.
    ChangeRejected,
    /// It was never accepted, and waits.
    New,
    /// It was never accepted, and an administrator rejected it.
    Rejected,
    /// It is denied.
    Denied,
    /// Only allowed tools are shown, and it is not one.
    NotAllowed,
    /// Another tool is shown under its name.
    NameTaken,
    /// The server does not list it any more.
    Gone,
    /// The server is disabled.
    Disabled,
}

impl ToolState {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Changed => "changed",
            Self::ChangeRejected => "change_rejected",
            Self::New => "new",
            Self::Rejected => "rejected",
            Self::Denied => "denied",
            Self::NotAllowed => "not_allowed",
            Self::NameTaken => "name_taken",
            Self::Gone => "gone",
            Self::Disabled => "disabled",
        }
    }
}

/// A changed or new tool that is held back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeView {
    /// The server's own name of it.
    pub tool: String,
    /// Whether it was never accepted before.
    pub is_new: bool,
    /// What an answer about it has to name, so that it is about this definition and no later one.
    pub hash: String,
    /// When it was first seen.
    pub seen_at: Timestamp,
    /// Whether an administrator rejected it.
    pub rejected: bool,
    /// What looks risky about it, the worst first.
    pub findings: Vec<Finding>,
    /// Where it differs from what was accepted.
    pub differences: Vec<Difference>,
}

/// What is to become of the settings of a server; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct ServerPatch {
    /// Whether nothing of it is shown.
    pub disabled: Option<bool>,
    /// What becomes of a definition that it changes; as is usual for `Some(None)`.
    pub definitions: Option<Option<super::Pinning>>,
    /// What becomes of new tools; as is usual for `Some(None)`.
    pub new_tools: Option<Option<super::NewTools>>,
    /// Whether only tools that are allowed one by one are shown.
    pub only_allowed: Option<bool>,
    /// Whether calls of its tools need an approval.
    pub needs_approval: Option<bool>,
}

/// What is to become of the settings of a tool; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct ToolPatch {
    /// Allowed or denied; as the server's settings say for `Some(None)`.
    pub allowed: Option<Option<bool>>,
    /// Whether its calls need an approval; as the server's settings say for `Some(None)`.
    pub needs_approval: Option<Option<bool>>,
    /// The name it is shown under; its own for `Some(None)`.
    pub name: Option<Option<String>>,
    /// The description it is shown with; its own for `Some(None)`.
    pub description: Option<Option<String>>,
}
