use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use keyway_core::ports::UpstreamState;

use crate::metrics::Text;
use crate::refusal::Refusal;
use crate::shared::{Asked, Place, Shared};

const STATES: [(UpstreamState, &str); 6] = [
    (UpstreamState::Configured, "configured"),
    (UpstreamState::Connecting, "connecting"),
    (UpstreamState::Connected, "connected"),
    (UpstreamState::Disconnected, "disconnected"),
    (UpstreamState::AuthRequired, "auth_required"),
    (UpstreamState::AuthFailed, "auth_failed"),
];

/// `GET /metrics`: counters in the Prometheus text format, for this machine and for whoever has an
/// API key.
pub(crate) async fn handle(
    State(shared): State<Arc<Shared>>,
    Extension(asked): Extension<Asked>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    if !asked.peer.ip().to_canonical().is_loopback() || is_forwarded(&headers) {
        shared
            .authenticate(&headers, &asked.address, Place::Api)
            .await?;
    }
    Ok(([(CONTENT_TYPE, Text::MEDIA_TYPE)], write(&shared)).into_response())
}

/// True when a proxy brought the request: then the peer is the proxy, not the one who asks.
fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-real-ip"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

fn write(shared: &Shared) -> String {
    let mut text = Text::default();
    text.family(
        "keyway_build_info",
        "gauge",
        "Always 1; the version is the label.",
    );
    text.sample("", &[("version", &shared.about.version)], 1);
    text.family(
        "process_start_time_seconds",
        "gauge",
        "When the process started, in Unix time.",
    );
    text.sample("", &[], shared.started.as_second());
    shared.requests.write(&mut text);
    let alive = shared.endpoint.stats();
    for (name, help, count) in [
        (
            "keyway_mcp_sessions",
            "Open MCP sessions of older revisions.",
            alive.sessions,
        ),
        ("keyway_mcp_streams", "Open event streams.", alive.streams),
        (
            "keyway_mcp_parked_calls",
            "Calls that wait for answers of their clients.",
            alive.parked,
        ),
    ] {
        text.family(name, "gauge", help);
        text.sample("", &[], count);
    }
    text.family(
        "keyway_upstream_state",
        "gauge",
        "1 for the state an MCP server is in.",
    );
    let upstreams = shared.app.upstream_statuses(&shared.app.local());
    for upstream in &upstreams {
        for (state, name) in STATES {
            let holds = u8::from(upstream.state == state);
            text.sample("", &[("server", &upstream.name), ("state", name)], holds);
        }
    }
    text.family(
        "keyway_upstream_tools",
        "gauge",
        "How many tools an MCP server lists.",
    );
    for upstream in &upstreams {
        text.sample("", &[("server", &upstream.name)], upstream.tools);
    }
    text.finish() + &shared.app.metrics().render()
}
