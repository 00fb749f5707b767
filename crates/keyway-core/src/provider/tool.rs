use serde_json::Value;

/// What a call of a tool does to the third party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It changes nothing.
    Reads,
    /// It adds or changes something.
    Writes,
    /// What it does cannot be undone.
    Destroys,
}

/// A tool of a provider: one capability, and the scope that a publication needs for it. Clients and models
/// know it as `mcp_<provider>_<name>`.
///
/// ```
/// use keyway_core::provider::{Effect, McpToolDescriptor};
/// use serde_json::json;
///
/// const MOVE: McpToolDescriptor = McpToolDescriptor {
///     name: "update_issue_status",
///     title: "Move an issue",
///     description: "Move a Jira issue to a new status.",
///     scope: "issue.update",
///     effect: Effect::Writes,
///     idempotent: true,
///     input_schema: || json!({ "type": "object", "properties": { "issue_key": { "type": "string" } } }),
/// };
/// assert_eq!(MOVE.full_name("jira"), "mcp_jira_update_issue_status");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct McpToolDescriptor {
    /// Its name within the provider: lower case, with `_` between words.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does, for a model.
    pub description: &'static str,
    /// The one scope that permits it.
    pub scope: &'static str,
    /// What a call does.
    pub effect: Effect,
    /// Whether a second call with the same input changes nothing more.
    pub idempotent: bool,
    /// What it takes: JSON Schema of an object.
    pub input_schema: fn() -> Value,
}

impl McpToolDescriptor {
    /// The name that clients and models know.
    pub fn full_name(&self, provider: &str) -> String {
        format!("mcp_{provider}_{}", self.name)
    }
}
