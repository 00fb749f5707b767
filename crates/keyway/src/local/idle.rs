use jiff::Timestamp;
use keyway_core::ports::{UpstreamState, UpstreamStatus};
use keyway_mcp::upstream::{Auth, HttpKind, ServerSpec, Transport};

/// The status of a server that nobody connects to.
pub(super) fn idle(
    name: String,
    (transport, auth): (&'static str, &'static str),
    reason: Option<String>,
    since: Timestamp,
) -> UpstreamStatus {
    UpstreamStatus {
        name,
        transport,
        auth,
        state: UpstreamState::Configured,
        reason,
        since,
        next_retry: None,
        protocol: None,
        tools: 0,
        listed_at: None,
        warnings: Vec::new(),
    }
}

/// How a server is reached, and how we authenticate, in the words of the status.
pub(super) fn kind(spec: &ServerSpec) -> (&'static str, &'static str) {
    match &spec.transport {
        Transport::Stdio(_) => ("stdio", "none"),
        Transport::Http(http) => {
            let auth = match &http.auth {
                Auth::None => "none",
                Auth::ApiKey { .. } => "api_key",
                Auth::OAuth(_) => "oauth",
            };
            match http.kind {
                HttpKind::Sse => ("sse", auth),
                HttpKind::Auto | HttpKind::StreamableOnly => ("http", auth),
            }
        }
    }
}
