use serde_json::{Value, json};

use super::paths::responses;

/// `/v1/audit`
pub(super) fn path() -> Value {
    let parameter = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "query", "description": description, "schema": schema });
    let text = || json!({ "type": "string" });
    let moment = || json!({ "type": "string", "format": "date-time" });
    let answer = json!({
        "description": "A page of events.",
        "content": { "application/json": { "schema": page() } }
    });
    json!({
        "get": {
            "operationId": "list_audit_events",
            "summary": "List what happened in the organization, the newest first; for owners and admins",
            "parameters": [
                parameter("kind", "Events of this kind.", text()),
                parameter("actor", "Events of this person's or service account's, by id.", text()),
                parameter("tool", "Calls of this tool, by the name clients know.", text()),
                parameter("target", "Events about this, by id or name.", text()),
                parameter("server", "Calls of tools of this MCP server, by its key.", text()),
                parameter("outcome", "Events that ended like this, such as `ok` or `refused`.", text()),
                parameter("request", "Events of this request, by its id.", text()),
                parameter("since", "Events from here on.", moment()),
                parameter("until", "Events before this.", moment()),
                parameter("cursor", "The `nextCursor` of the page before.", text()),
                parameter(
                    "limit",
                    "The most events of a page.",
                    json!({ "type": "integer", "minimum": 1, "maximum": 500, "default": 50 }),
                ),
            ],
            "responses": responses(answer, &["400", "401", "403", "405", "406", "422"])
        }
    })
}

fn page() -> Value {
    let hash = json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" });
    json!({
        "type": "object",
        "properties": {
            "events": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "organization": { "type": "string" },
                        "seq": { "type": "integer", "minimum": 1, "description": "The place in the log." },
                        "at": { "type": "string", "format": "date-time" },
                        "previous": hash,
                        "hash": hash,
                        "record": {
                            "type": "object",
                            "description": "What happened.",
                            "properties": {
                                "id": { "type": "string" },
                                "kind": { "type": "string" }
                            },
                            "required": ["id", "kind", "actor"]
                        }
                    },
                    "required": ["organization", "seq", "at", "previous", "hash", "record"]
                }
            },
            "nextCursor": { "type": "string" }
        },
        "required": ["events"]
    })
}
