use std::sync::Arc;

use keyway_core::Principal;
use keyway_core::ports::BoxFuture;
use keyway_core::rpc::{RawJson, RpcError};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

pub use keyway_core::action::HeaderParameter;
pub use keyway_core::ports::{Audience, CacheScope, Call, List, Notice, Page, TaskAsk};

/// What stands behind the endpoint: everything a principal may see and use, under the names
/// clients know. Names, filtering and policy are the backend's; the protocol is the endpoint's.
pub trait Backend: Send + Sync + 'static {
    /// How the server introduces itself.
    fn server(&self) -> Arc<ServerInfo>;

    /// What has to be known of a principal before it is listed what it has. Never waits for an
    /// upstream. `None` where nothing has.
    fn prepare<'a>(&'a self, _who: &'a Principal) -> Option<BoxFuture<'a, ()>> {
        None
    }

    /// One page of a list, in a stable order. Never waits for an upstream.
    /// An unknown cursor is [`RpcError::INVALID_PARAMS`].
    fn list(&self, who: &Principal, list: List, cursor: Option<&str>) -> Result<Page, RpcError>;

    /// Runs a call. The answer is the `result` object; it may lack `resultType`, `_meta` and caching
    /// hints, which the endpoint adds where the client's revision wants them. A tool that fails
    /// answers a result with `isError`; an unknown name is an error. Once `cancel` is cancelled, the
    /// call has a moment to end ([`super::Settings::wind_up`]); then its future is dropped.
    fn call<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<RawJson, RpcError>>;

    /// Answers what a client wants of one of its tasks. What is not a task of `who`, for whatever reason,
    /// is [`RpcError::INVALID_PARAMS`].
    fn task<'a>(
        &'a self,
        _who: &'a Principal,
        _id: &'a str,
        _ask: TaskAsk<'a>,
    ) -> BoxFuture<'a, Result<RawJson, RpcError>> {
        let error = RpcError::new(RpcError::INVALID_PARAMS, "there is no task with this id");
        Box::pin(std::future::ready(Err(error)))
    }

    /// The parameters of a tool that are mirrored into `Mcp-Param-*` headers. Empty for most.
    fn header_parameters(&self, who: &Principal, tool: &str) -> Arc<[HeaderParameter]>;

    /// Wants notices about one resource. Counted: each needs its [`Backend::unsubscribe`].
    fn subscribe<'a>(
        &'a self,
        who: &'a Principal,
        uri: &'a str,
    ) -> BoxFuture<'a, Result<(), RpcError>>;

    /// Ends one [`Backend::subscribe`].
    fn unsubscribe<'a>(&'a self, who: &'a Principal, uri: &'a str) -> BoxFuture<'a, ()>;

    /// A number that is another one when what a principal sees of a list is, or when an action said
    /// that it is. `None` where that is not known: then every [`Notice::ListChanged`] is handed on.
    fn version(&self, who: &Principal, list: List) -> Option<u64> {
        let (_, _) = (who, list);
        None
    }

    /// What changes for this principal from now on. A receiver that lags has missed notices.
    fn notices(&self, who: &Principal) -> broadcast::Receiver<Notice>;

    /// Whether a principal may hear what is published to a channel.
    fn hears(&self, who: &Principal, channel: &str) -> bool;

    /// Whether a principal is among those a notice is for.
    fn concerns(&self, _who: &Principal, _audience: &Audience) -> bool {
        false
    }

    /// Seals a request state for a principal: unreadable and unalterable outside.
    fn seal(&self, who: &Principal, state: &[u8]) -> String;

    /// Opens what [`Backend::seal`] made for the same principal; `None` for anything else.
    fn open(&self, who: &Principal, sealed: &str) -> Option<Vec<u8>>;

    /// Cancelled once the principal's credentials stop being valid.
    fn revoked(&self, who: &Principal) -> CancellationToken;
}

/// How a server introduces itself (MCP `Implementation`, `instructions`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerInfo {
    /// A name for programs.
    pub name: String,
    /// A name for people.
    pub title: Option<String>,
    /// The version.
    pub version: String,
    /// Where to read about it.
    pub website_url: Option<String>,
    /// Pictures.
    pub icons: Vec<Icon>,
    /// What a model should know before it uses the server.
    pub instructions: Option<String>,
}

/// A picture (MCP `Icon`).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Icon {
    /// An `https:` or `data:` URI.
    pub src: String,
    /// The media type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// `48x48`, `any`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<String>,
}
