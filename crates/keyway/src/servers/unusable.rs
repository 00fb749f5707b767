use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::ports::{BoxFuture, Lists, Relay, Upstream, UpstreamState, UpstreamStatus};
use keyway_core::rpc::{RawJson, RpcError};

use crate::config::{Finding, McpServer, Place};

/// A server that is configured and cannot be used: it is there for the status to tell why, and
/// lists nothing.
pub(crate) struct Unusable {
    name: String,
    reason: String,
    since: Timestamp,
    lists: Arc<Lists>,
}

impl Unusable {
    fn new(name: String, reason: String, since: Timestamp) -> Self {
        Self {
            name,
            reason,
            since,
            lists: Arc::default(),
        }
    }

    /// A server whose entry has `problems`. Unless it is `alone` with its name, its place tells it
    /// apart; `kept` is a server that an earlier version of the entry made.
    pub(crate) fn entry(
        server: &McpServer,
        problems: &[Finding],
        alone: bool,
        kept: bool,
        since: Timestamp,
    ) -> Self {
        let name = if alone && !kept {
            server.name.clone()
        } else {
            format!("{} ({})", server.name, short(&server.place))
        };
        let reasons: Vec<_> = problems.iter().map(tell).collect();
        let mut reason = reasons.join("; ");
        if kept {
            reason.push_str(" (the server stays as it was)");
        }
        Self::new(name, reason, since)
    }

    /// A file none of whose servers can be known; `kept` when those of an earlier version stay.
    pub(crate) fn file(path: &Path, finding: &Finding, kept: bool, since: Timestamp) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let mut reason = tell(finding);
        if kept {
            reason.push_str(" (its servers stay as they were)");
        }
        Self::new(name.to_string_lossy().into_owned(), reason, since)
    }
}

fn tell(finding: &Finding) -> String {
    let place = short(&finding.place);
    match finding.field.as_str() {
        "" => format!("{place}: {}", finding.message),
        field => format!("{place}: {field}: {}", finding.message),
    }
}

/// The place without the directories of this machine.
fn short(place: &Place) -> String {
    match place {
        Place::File { path, at } => {
            let name = path.file_name().unwrap_or(path.as_os_str());
            let name = name.to_string_lossy();
            at.map_or_else(|| name.clone().into_owned(), |at| format!("{name}:{at}"))
        }
        other => other.to_string(),
    }
}

impl Upstream for Unusable {
    fn key(&self) -> &str {
        &self.name
    }

    fn status(&self) -> UpstreamStatus {
        UpstreamStatus {
            name: self.name.clone(),
            transport: "unknown",
            auth: "unknown",
            state: UpstreamState::Disconnected,
            reason: Some(self.reason.clone()),
            since: self.since,
            next_retry: None,
            protocol: None,
            tools: 0,
            listed_at: None,
            warnings: Vec::new(),
        }
    }

    fn lists(&self) -> Arc<Lists> {
        Arc::clone(&self.lists)
    }

    fn relay<'a>(&'a self, _relay: Relay<'a>) -> BoxFuture<'a, Result<RawJson, RpcError>> {
        Box::pin(std::future::ready(Err(refused())))
    }

    fn subscribe<'a>(&'a self, _uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
        Box::pin(std::future::ready(Err(refused())))
    }

    fn unsubscribe<'a>(&'a self, _uri: &'a str) -> BoxFuture<'a, Result<(), RpcError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

fn refused() -> RpcError {
    RpcError::new(
        RpcError::INTERNAL_ERROR,
        "this server is configured in a way that cannot be used",
    )
}
