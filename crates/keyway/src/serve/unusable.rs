use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::ports::{BoxFuture, Lists, Relay, Upstream, UpstreamState, UpstreamStatus};
use keyway_core::rpc::{RawJson, RpcError};

use crate::config::{Config, Finding, McpServer, Place, Severity};

/// A server that is configured and cannot be used: it is there for the status to tell why, and
/// lists nothing.
pub(super) struct Unusable {
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

    /// A server whose entry has `problems`. Where another server has its name, its place tells the
    /// two apart.
    pub(super) fn entry(
        config: &Config,
        server: &McpServer,
        problems: &[Finding],
        since: Timestamp,
    ) -> Self {
        let same = |other: &&McpServer| other.name == server.name;
        let name = if config.mcp_servers.iter().filter(same).count() > 1 {
            format!("{} ({})", server.name, short(&server.place))
        } else {
            server.name.clone()
        };
        let reasons: Vec<_> = problems.iter().map(tell).collect();
        Self::new(name, reasons.join("; "), since)
    }

    /// The files of `mcp_files` that could not be read at all.
    pub(super) fn files<'a>(
        config: &'a Config,
        findings: &'a [Finding],
        since: Timestamp,
    ) -> impl Iterator<Item = Self> + 'a {
        findings.iter().filter_map(move |finding| {
            let Place::File { path, .. } = &finding.place else {
                return None;
            };
            let whole = finding.severity == Severity::Error && finding.field.is_empty();
            (whole && config.mcp_files.contains(path)).then(|| {
                let name = path.file_name().unwrap_or(path.as_os_str());
                Self::new(name.to_string_lossy().into_owned(), tell(finding), since)
            })
        })
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
