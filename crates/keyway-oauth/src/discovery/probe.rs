use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::OAuthError;
use crate::challenge::Challenge;
use crate::wire::Wire;

/// What the resource answers to somebody without a token.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    /// True when it answered with 401.
    pub(crate) asks: bool,
    /// Its Bearer challenge.
    pub(crate) challenge: Option<Challenge>,
}

/// Asks the resource the way any MCP client would. `tools/list` and not the first request of a
/// session, because many servers let that one pass.
pub(crate) async fn probe(wire: &Wire<'_>) -> Result<Probe, OAuthError> {
    let body = serde_json::json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/list",
        "params": {
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {
                    "name": "keyway",
                    "version": env!("CARGO_PKG_VERSION"),
                },
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    });
    let headers = HeaderMap::from_iter([
        (
            ACCEPT,
            HeaderValue::from_static("application/json, text/event-stream"),
        ),
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (
            HeaderName::from_static("mcp-protocol-version"),
            HeaderValue::from_static("2026-07-28"),
        ),
        (
            HeaderName::from_static("mcp-method"),
            HeaderValue::from_static("tools/list"),
        ),
    ]);
    let response = wire.probe(headers, Bytes::from(body.to_string())).await?;
    if response.status != StatusCode::UNAUTHORIZED {
        return Ok(Probe::default());
    }
    let values = response.headers.get_all(WWW_AUTHENTICATE);
    Ok(Probe {
        asks: true,
        challenge: Challenge::bearer(values.iter().filter_map(|value| value.to_str().ok())),
    })
}
