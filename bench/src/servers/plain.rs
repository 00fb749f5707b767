//! An MCP server of revision 2026-07-28 that lists many tools and does no more than it has to.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    method: &'a str,
}

pub(super) fn router(tools: usize) -> Router {
    let list: Arc<str> = list(tools).into();
    let handler = move |body: Bytes| {
        let list = Arc::clone(&list);
        async move {
            let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(&body) else {
                return Err(StatusCode::BAD_REQUEST);
            };
            let Some(id) = envelope.id else {
                return Err(StatusCode::ACCEPTED);
            };
            let outcome = outcome(envelope.method, &list);
            let answer = format!(r#"{{"jsonrpc":"2.0","id":{},{outcome}}}"#, id.get());
            Ok(([(CONTENT_TYPE, "application/json")], answer))
        }
    };
    Router::new()
        .route("/mcp", post(handler.clone()))
        .route("/mcp/{of}", post(handler))
}

/// The answer to a method, without its envelope.
pub(super) fn outcome<'a>(method: &str, list: &'a str) -> &'a str {
    match method {
        "server/discover" => DISCOVERED,
        "tools/list" => list,
        "ping" => r#""result":{}"#,
        _ => r#""error":{"code":-32601,"message":"no such method"}"#,
    }
}

const DISCOVERED: &str = r#""result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"plain","version":"1"}},"ttlMs":3600000,"cacheScope":"public"}"#;

/// The answer to `tools/list` of so many tools.
pub(super) fn list(tools: usize) -> String {
    let mut list = String::from(r#""result":{"resultType":"complete","tools":["#);
    for number in 0..tools {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(
            list,
            r#"{comma}{{"name":"tool_{number:04}","title":"Tool {number}","description":"Looks something up in collection {number} and gives back what it found there.","inputSchema":{{"type":"object","properties":{{"query":{{"type":"string","description":"What to look for"}},"limit":{{"type":"integer","minimum":1,"maximum":100,"default":10}}}},"required":["query"]}},"annotations":{{"readOnlyHint":true}}}}"#
        );
    }
    list.push_str(r#"],"ttlMs":3600000,"cacheScope":"public"}"#);
    list
}
