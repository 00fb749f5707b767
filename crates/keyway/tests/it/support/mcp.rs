use http::Method;
use serde_json::{Value, json};

use super::app::TestApp;
use super::client::Ask;

pub(crate) const MODERN: &str = "2026-07-28";
pub(crate) const LEGACY: &str = "2025-11-25";
const ACCEPT: &str = "application/json, text/event-stream";

/// A request of revision 2026-07-28, complete with what its headers must repeat.
pub(crate) fn modern(app: &TestApp, method: &str, params: Value) -> Ask {
    let ask = app.post("/mcp");
    dress(ask, method, params)
}

/// The same, without an API key.
pub(crate) fn modern_anonymous(app: &TestApp, method: &str, params: Value) -> Ask {
    dress(app.ask(Method::POST, "/mcp"), method, params)
}

pub(crate) fn dress(mut ask: Ask, method: &str, mut params: Value) -> Ask {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {}
    });
    ask = ask
        .header("accept", ACCEPT)
        .header("mcp-protocol-version", MODERN)
        .header("mcp-method", method);
    for name in ["name", "uri"] {
        if let Some(value) = params[name].as_str() {
            ask = ask.header("mcp-name", value);
        }
    }
    ask.json(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
}

/// Opens a legacy MCP session; answers its id.
pub(crate) async fn initialize(app: &TestApp) -> String {
    let params = json!({
        "protocolVersion": LEGACY,
        "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" }
    });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
    let answer = app
        .post("/mcp")
        .header("accept", ACCEPT)
        .json(&body)
        .send()
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    answer.header("mcp-session-id").to_owned()
}

/// A message of a legacy MCP session.
pub(crate) fn legacy(app: &TestApp, session: &str, message: &Value) -> Ask {
    app.post("/mcp")
        .header("accept", ACCEPT)
        .header("mcp-session-id", session)
        .header("mcp-protocol-version", LEGACY)
        .json(message)
}

/// The standing stream of a legacy MCP session.
pub(crate) fn stream(app: &TestApp, session: &str) -> Ask {
    app.get("/mcp")
        .header("accept", "text/event-stream")
        .header("mcp-session-id", session)
        .header("mcp-protocol-version", LEGACY)
}
