use serde_json::{Map, Value, json};

use super::components::refusal;
use crate::settings::McpSettings;

/// The paths every gateway serves.
pub(super) fn fixed(mcp: &McpSettings) -> Map<String, Value> {
    let mut paths = Map::new();
    if mcp.enabled {
        paths.insert(mcp.route.clone(), endpoint());
    }
    let list = |of: &str, schema: &str| {
        json!({
            "type": "object",
            "properties": {
                of: { "type": "array", "items": { "$ref": format!("#/components/schemas/{schema}") } }
            },
            "required": [of]
        })
    };
    let status = json!({ "$ref": "#/components/schemas/Status" });
    let behind_a_key = ["401", "403", "405", "406"];
    for (path, operation) in [
        (
            "/v1/actions",
            Read {
                id: "list_actions",
                summary: "List the actions that are exposed over HTTP",
                schema: list("actions", "Action"),
                refusals: &behind_a_key,
                ..Read::default()
            },
        ),
        (
            "/v1/mcp-servers",
            Read {
                id: "list_mcp_servers",
                summary: "List the MCP servers behind the gateway, with the state of each",
                schema: list("servers", "McpServer"),
                refusals: &behind_a_key,
                ..Read::default()
            },
        ),
        (
            "/v1/openapi.json",
            Read {
                id: "show_openapi",
                summary: "Show this document",
                schema: json!({ "type": "object" }),
                refusals: &behind_a_key,
                ..Read::default()
            },
        ),
        (
            "/healthz",
            Read {
                id: "healthz",
                summary: "Tell that the process answers",
                schema: status.clone(),
                open: true,
                ..Read::default()
            },
        ),
        (
            "/readyz",
            Read {
                id: "readyz",
                summary: "Tell whether requests may be sent here",
                schema: status,
                refusals: &["503"],
                open: true,
                ..Read::default()
            },
        ),
        (
            "/metrics",
            Read {
                id: "metrics",
                summary: "Show counters in the Prometheus text format; without an API key only \
                          for the machine the gateway runs on",
                media_type: "text/plain",
                schema: json!({ "type": "string" }),
                refusals: &["401", "403"],
                open: true,
            },
        ),
    ] {
        paths.insert(path.into(), json!({ "get": operation.describe() }));
    }
    paths
}

/// An operation that shows something.
struct Read<'a> {
    id: &'a str,
    summary: &'a str,
    media_type: &'a str,
    schema: Value,
    refusals: &'a [&'a str],
    /// It can do without an API key.
    open: bool,
}

impl Default for Read<'_> {
    fn default() -> Self {
        Self {
            id: "",
            summary: "",
            media_type: "application/json",
            schema: Value::Null,
            refusals: &[],
            open: false,
        }
    }
}

impl Read<'_> {
    fn describe(self) -> Value {
        let shown = json!({
            "description": "It is here.",
            "content": { self.media_type: { "schema": self.schema } }
        });
        let mut operation = Map::new();
        operation.insert("operationId".into(), self.id.into());
        operation.insert("summary".into(), self.summary.into());
        if self.open {
            operation.insert("security".into(), json!([{}, { "apiKey": [] }]));
        }
        operation.insert("responses".into(), responses(shown, self.refusals));
        Value::Object(operation)
    }
}

/// The responses of an operation: what it answers, and how it refuses.
pub(super) fn responses(answer: Value, refusals: &[&str]) -> Value {
    let refusals = refusals
        .iter()
        .map(|status| ((*status).to_owned(), refusal(status)));
    let all = std::iter::once(("200".to_owned(), answer)).chain(refusals);
    Value::Object(all.collect())
}

/// The MCP endpoint. What it speaks is the protocol's matter; here is only its place.
fn endpoint() -> Value {
    let message = json!({ "schema": { "type": "object" } });
    json!({
        "post": {
            "operationId": "mcp",
            "summary": "Speak MCP (Streamable HTTP)",
            "externalDocs": { "url": "https://modelcontextprotocol.io/specification" },
            "requestBody": { "required": true, "content": { "application/json": message } },
            "responses": {
                "200": {
                    "description": "An answer, or a stream that ends with it.",
                    "content": {
                        "application/json": message,
                        "text/event-stream": { "schema": { "type": "string" } }
                    }
                },
                "202": { "description": "Taken; there is nothing to answer." },
                "4XX": {
                    "description": "Refused, with a JSON-RPC error.",
                    "content": { "application/json": message }
                }
            }
        }
    })
}
