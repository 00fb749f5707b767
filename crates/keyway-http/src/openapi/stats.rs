use serde_json::{Map, Value, json};

use super::paths::responses;

/// `/v1/stats`
pub(super) fn path() -> Value {
    let parameter = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "query", "description": description, "schema": schema });
    let answer = json!({
        "description": "What calls did.",
        "content": { "application/json": { "schema": stats() } }
    });
    json!({
        "get": {
            "operationId": "show_stats",
            "summary": "Show what calls did in the organization, and how its MCP servers fare; for owners and admins",
            "parameters": [
                parameter(
                    "window",
                    "How far back: this hour and the 23 before it, or the 167 before it.",
                    json!({ "type": "string", "enum": ["24h", "7d"], "default": "24h" }),
                ),
                parameter("server", "Only of this MCP server, by key.", text()),
                parameter("tool", "Only of this tool, by the name clients know.", text()),
            ],
            "responses": responses(answer, &["400", "401", "403", "405", "406", "422"])
        }
    })
}

fn stats() -> Value {
    let server = [
        ("server", text()),
        ("state", text()),
        ("reason", text()),
        ("since", moment()),
        (
            "availability",
            json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        ),
    ];
    let history = object(
        vec![("at", moment()), ("state", text()), ("reason", text())],
        &["at", "state"],
    );
    object(
        vec![
            ("window", json!({ "type": "string", "enum": ["24h", "7d"] })),
            ("since", moment()),
            ("until", moment()),
            ("stepSeconds", count()),
            ("totals", calls(&[])),
            ("series", array(&calls(&[("at", moment())]))),
            (
                "tools",
                array(&calls(&[("tool", text()), ("server", text())])),
            ),
            ("servers", array(&calls(&server))),
            ("serverCount", count()),
            ("connectedCount", count()),
            ("history", array(&history)),
        ],
        &[
            "window",
            "since",
            "until",
            "stepSeconds",
            "totals",
            "series",
            "tools",
            "servers",
            "serverCount",
            "connectedCount",
        ],
    )
}

/// What calls did, of something.
fn calls(of: &[(&'static str, Value)]) -> Value {
    let mut properties = of.to_vec();
    for name in ["calls", "errors", "denied", "cancelled", "p50Us", "p95Us"] {
        properties.push((name, count()));
    }
    object(properties, &["calls", "errors", "denied", "cancelled"])
}

fn object(properties: Vec<(&'static str, Value)>, required: &[&str]) -> Value {
    let properties: Map<_, _> = properties
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn array(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}
