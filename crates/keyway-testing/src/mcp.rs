use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::Method;
use serde_json::{Value, json};

use crate::net;

/// The revision it speaks.
const REVISION: &str = "2026-07-28";

/// A client of an MCP endpoint (revision 2026-07-28, streamable HTTP). It offers nothing that a
/// server could ask it for. Clones are the same client.
#[derive(Clone)]
pub struct McpClient {
    url: Arc<str>,
    key: Arc<str>,
    next: Arc<AtomicU64>,
}

impl McpClient {
    /// A client of the endpoint at a URL, with a key or a token.
    pub fn new(url: impl Into<String>, key: &str) -> Self {
        Self {
            url: url.into().into(),
            key: key.into(),
            next: Arc::default(),
        }
    }

    /// The names of all tools.
    ///
    /// # Panics
    ///
    /// When they are not listed.
    pub async fn tools(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let params = match &cursor {
                Value::Null => json!({}),
                cursor => json!({ "cursor": cursor }),
            };
            let page = self.request("tools/list", params).await;
            let page = page.unwrap_or_else(|error| panic!("no tools are listed: {error}"));
            let tools = page["tools"].as_array();
            let listed = tools.into_iter().flatten();
            names.extend(listed.filter_map(|tool| tool["name"].as_str().map(str::to_owned)));
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                return names;
            }
        }
    }

    /// Calls a tool. A tool that fails answers a result with `isError`.
    ///
    /// # Errors
    ///
    /// The JSON-RPC error, where the call was not taken.
    pub async fn call(&self, tool: &str, arguments: &Value) -> Result<Value, Value> {
        let params = json!({ "name": tool, "arguments": arguments });
        self.request("tools/call", params).await
    }

    /// Reads a resource.
    ///
    /// # Errors
    ///
    /// The JSON-RPC error, where it cannot be read.
    pub async fn read(&self, uri: &str) -> Result<Value, Value> {
        self.request("resources/read", json!({ "uri": uri })).await
    }

    /// Gets a prompt.
    ///
    /// # Errors
    ///
    /// The JSON-RPC error, where there is none.
    pub async fn prompt(&self, name: &str, arguments: &Value) -> Result<Value, Value> {
        let params = json!({ "name": name, "arguments": arguments });
        self.request("prompts/get", params).await
    }

    /// Sends a request: its `result`.
    ///
    /// # Errors
    ///
    /// Its `error`.
    ///
    /// # Panics
    ///
    /// When what is answered is no JSON-RPC.
    pub async fn request(&self, method: &str, mut params: Value) -> Result<Value, Value> {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": REVISION,
            "io.modelcontextprotocol/clientInfo": { "name": "keyway-testing", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {}
        });
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let bearer = format!("Bearer {}", self.key);
        let named = params["name"].as_str().or(params["uri"].as_str());
        let named = named.map(str::to_owned);
        let mut headers = vec![
            ("accept", "application/json, text/event-stream"),
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("mcp-protocol-version", REVISION),
            ("mcp-method", method),
        ];
        if let Some(name) = &named {
            headers.push(("mcp-name", name));
        }
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let sent = body.to_string().into();
        let (status, _, answer) = net::send(Method::POST, &self.url, &headers, sent).await;
        let answer = String::from_utf8_lossy(&answer);
        let mut answer = answer_to(id, &answer)
            .unwrap_or_else(|| panic!("`{method}` is not answered in JSON-RPC: {status}"));
        match answer.get_mut("result").map(Value::take) {
            Some(result) => Ok(result),
            None => Err(answer["error"].take()),
        }
    }
}

impl std::fmt::Debug for McpClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("McpClient")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// The answer to a request in a body: JSON, or the event of a stream that has it.
fn answer_to(id: u64, body: &str) -> Option<Value> {
    let events = body.lines().filter_map(|line| line.strip_prefix("data:"));
    let mut all = std::iter::once(body)
        .chain(events)
        .filter_map(|text| serde_json::from_str::<Value>(text.trim()).ok());
    all.find(|one| one.get("result").is_some() || one.get("error").is_some())
        .filter(|one| one["id"] == id || one["id"].is_null())
}
