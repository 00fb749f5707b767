use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{BoxFuture, Caller};
use crate::names::Prefix;
use crate::rpc::{RawJson, RpcError};

/// One MCP server that Keyway is a client of.
pub trait Upstream: Send + Sync {
    /// The server's key in the configuration; unique.
    fn key(&self) -> &str;

    /// What tells this connection from every other one. The key, where the server has but one.
    fn id(&self) -> &str {
        self.key()
    }

    /// What goes before its names.
    fn prefix(&self) -> Prefix {
        Prefix::Server
    }

    /// The state of the connection.
    fn status(&self) -> UpstreamStatus;

    /// What the server listed last. Never waits; empty before the first list came.
    fn lists(&self) -> Arc<Lists>;

    /// What administrators decided about a tool, by the name it is listed under.
    fn decided(&self, _tool: &str) -> Decided {
        Decided::default()
    }

    /// True when the server said that it answers `completion/complete`; false where it is not
    /// connected.
    fn completes(&self) -> bool {
        false
    }

    /// Hands a call through. The answer is the upstream's `result`, byte for byte.
    fn relay<'a>(&'a self, relay: Relay<'a>) -> BoxFuture<'a, Result<RawJson, RpcError>>;

    /// Asks for `notifications/resources/updated` of one resource, by its own URI.
    fn subscribe<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>>;

    /// Ends what [`Upstream::subscribe`] began.
    fn unsubscribe<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>>;
}

/// What administrators decided about a tool.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decided {
    /// The server's own name, where the tool is listed under another one.
    pub own: Option<String>,
    /// Whether each call needs an approval, whatever policy says.
    pub needs_approval: bool,
}

/// Which request is handed through.
///
/// ```
/// assert_eq!(keyway_core::ports::RelayMethod::CallTool.as_str(), "tools/call");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RelayMethod {
    /// `tools/call`
    CallTool,
    /// `resources/read`
    ReadResource,
    /// `prompts/get`
    GetPrompt,
    /// `completion/complete`
    Complete,
}

impl RelayMethod {
    /// The method as it is written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CallTool => "tools/call",
            Self::ReadResource => "resources/read",
            Self::GetPrompt => "prompts/get",
            Self::Complete => "completion/complete",
        }
    }
}

/// A call on its way to an upstream.
#[expect(
    missing_debug_implementations,
    reason = "holds payloads, which are never printed"
)]
pub struct Relay<'a> {
    /// Which request.
    pub method: RelayMethod,
    /// The upstream's own name of the tool or prompt, or its own URI of the resource or template.
    pub target: &'a str,
    /// The client's whole `params` object.
    pub params: &'a RawJson,
    /// The side that asked.
    pub caller: &'a Arc<dyn Caller>,
    /// Cancels the call at the upstream.
    pub cancel: &'a CancellationToken,
    /// How many gateways the call has passed, this one not counted.
    pub hops: u8,
}

/// What a server listed: every item as the server wrote it.
#[derive(Debug, Default)]
pub struct Lists {
    /// `tools/list`
    pub tools: Vec<Definition>,
    /// `resources/list`
    pub resources: Vec<Definition>,
    /// `resources/templates/list`
    pub templates: Vec<Definition>,
    /// `prompts/list`
    pub prompts: Vec<Definition>,
    /// When the lists came; `None` before the first time.
    pub fetched_at: Option<jiff::Timestamp>,
    /// What was left out or cut short, in words for an operator.
    pub warnings: Vec<String>,
}

/// One listed item.
///
/// ```
/// use keyway_core::ports::Definition;
/// use keyway_core::rpc::RawJson;
///
/// let tool = Definition {
///     key: "search".into(),
///     json: RawJson::parse(r#"{"name":"search","inputSchema":{"type":"object"}}"#.into()).unwrap(),
/// };
/// assert_eq!(tool.key, "search");
/// ```
#[derive(Debug, Clone)]
pub struct Definition {
    /// The tool's or prompt's name, the resource's URI, or the template's URI template.
    pub key: String,
    /// The item as the server wrote it: one JSON object.
    pub json: RawJson,
}

/// The state of a connection to an upstream, and why.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpstreamStatus {
    /// The server's key.
    pub name: String,
    /// `stdio`, `http` or `sse`.
    pub transport: &'static str,
    /// `none`, `api_key` or `oauth`.
    pub auth: &'static str,
    /// The state.
    pub state: UpstreamState,
    /// Why, redacted, when the state is not `connected`.
    pub reason: Option<String>,
    /// Since when the state holds.
    pub since: jiff::Timestamp,
    /// When the next attempt to connect is made.
    pub next_retry: Option<jiff::Timestamp>,
    /// The protocol revision spoken, once connected.
    pub protocol: Option<String>,
    /// How many tools are listed.
    pub tools: usize,
    /// When the lists came.
    pub listed_at: Option<jiff::Timestamp>,
    /// What was left out or cut short.
    pub warnings: Vec<String>,
}

/// Where a connection to an upstream stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamState {
    /// In the configuration, not connected yet.
    Configured,
    /// Connecting, or listing for the first time.
    Connecting,
    /// Connected, and its lists are known.
    Connected,
    /// It could not be reached, or went away.
    Disconnected,
    /// A person has to sign in first.
    AuthRequired,
    /// The credentials were refused.
    AuthFailed,
}

/// Something changed at an upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The connection, by [`Upstream::id`].
    pub server: String,
    /// What changed.
    pub kind: ChangeKind,
}

/// What changed at an upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// Its lists of tools, resources, templates or prompts, as [`Upstream::lists`] now tells.
    Lists,
    /// Its state.
    State,
    /// A resource that was subscribed to, by the upstream's own URI.
    ResourceUpdated(String),
}
