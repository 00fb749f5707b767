//! What is decided about MCP servers and their tools.

use serde_json::{Map, Value, json};

use super::operation::{Answer, Operation, paths_of};

/// The paths, by path.
pub(super) fn paths() -> Map<String, Value> {
    let of = |path, method, id, summary, input, answer| Operation {
        path,
        method,
        id,
        summary,
        input,
        answer,
    };
    paths_of(vec![
        of(
            "/v1/mcp-servers/{id}",
            "get",
            "get_mcp_server",
            "Show what is decided about an MCP server, by its key",
            None,
            Answer::Shows(server()),
        ),
        of(
            "/v1/mcp-servers/{id}",
            "patch",
            "change_mcp_server",
            "Change what is decided about an MCP server, made from the revision that was read",
            Some(settings()),
            Answer::Shows(server()),
        ),
        of(
            "/v1/mcp-servers/{id}/tools",
            "get",
            "list_mcp_server_tools",
            "List the tools of an MCP server by name, shown or not",
            None,
            Answer::Lists("tools", tool()),
        ),
        of(
            "/v1/mcp-servers/{id}/tools",
            "patch",
            "change_mcp_server_tool",
            "Change what is decided about a tool, made from the revision that was read",
            Some(tool_settings()),
            Answer::Shows(tool()),
        ),
        of(
            "/v1/mcp-servers/{id}/changes",
            "get",
            "list_mcp_server_changes",
            "List the changed and new tools that are held back, with what is risky about them",
            None,
            Answer::Lists("changes", change()),
        ),
        of(
            "/v1/mcp-servers/{id}/changes/accept",
            "post",
            "accept_mcp_server_changes",
            "Accept changes that were looked at, all of them or none",
            Some(answered()),
            Answer::Nothing,
        ),
        of(
            "/v1/mcp-servers/{id}/changes/reject",
            "post",
            "reject_mcp_server_changes",
            "Reject changes that were looked at, all of them or none",
            Some(answered()),
            Answer::Nothing,
        ),
        of(
            "/v1/mcp-servers/{id}/reconnect",
            "post",
            "reconnect_mcp_server",
            "Connect to an MCP server anew, now",
            None,
            Answer::Nothing,
        ),
    ])
}

fn server() -> Value {
    json!({
        "type": "object",
        "properties": {
            "key": { "type": "string" },
            "disabled": { "type": "boolean" },
            "definitions": { "enum": ["follow", "pin"] },
            "newTools": { "enum": ["on", "off"] },
            "onlyAllowed": { "type": "boolean" },
            "needsApproval": { "type": "boolean" },
            "isConnector": { "type": "boolean" },
            "listed": { "type": "integer" },
            "shown": { "type": "integer" },
            "held": { "type": "integer" },
            "revision": { "type": "integer" }
        },
        "required": ["key", "disabled", "definitions", "newTools", "held", "revision"]
    })
}

fn settings() -> Value {
    json!({
        "type": "object",
        "properties": {
            "revision": { "type": "integer", "description": "The one that was read." },
            "disabled": { "type": "boolean", "description": "Nothing is shown, nothing reaches it." },
            "definitions": {
                "enum": ["follow", "pin", null],
                "description": "Whether a changed definition is shown at once or held back; `null` \
                                for what is usual: `pin` for connectors, `follow` for others."
            },
            "newTools": {
                "enum": ["on", "off", null],
                "description": "Whether a new tool is shown at once or held back; `null` for what \
                                is usual: `off` for connectors, `on` for others."
            },
            "onlyAllowed": {
                "type": "boolean",
                "description": "Only tools that are allowed one by one are shown."
            },
            "needsApproval": {
                "type": "boolean",
                "description": "Calls need an approval, unless a tool says otherwise."
            }
        },
        "required": ["revision"],
        "additionalProperties": false
    })
}

fn tool() -> Value {
    json!({
        "type": "object",
        "properties": {
            "tool": { "type": "string", "description": "The server's own name of it." },
            "title": { "type": "string" },
            "description": { "type": "string" },
            "state": {
                "enum": [
                    "shown", "changed", "change_rejected", "new", "rejected", "denied",
                    "not_allowed", "name_taken", "gone", "disabled"
                ]
            },
            "allowed": { "type": ["boolean", "null"] },
            "needsApproval": { "type": "boolean" },
            "ownNeedsApproval": { "type": ["boolean", "null"] },
            "shownAs": { "type": ["string", "null"] },
            "shownDescription": { "type": ["string", "null"] },
            "hash": { "type": ["string", "null"] },
            "held": { "type": ["string", "null"] },
            "odd": { "type": "array", "items": {
                "type": "object",
                "properties": {
                    "codePoint": { "type": "string" },
                    "position": { "type": "integer" },
                    "kind": {
                        "enum": ["bidirectional", "invisible", "tag", "control", "lookalike"]
                    }
                }
            } },
            "revision": { "type": "integer" }
        },
        "required": ["tool", "description", "state", "needsApproval", "revision"]
    })
}

fn tool_settings() -> Value {
    json!({
        "type": "object",
        "properties": {
            "tool": { "type": "string", "description": "The server's own name of it." },
            "revision": { "type": "integer", "description": "The one that was read." },
            "allowed": { "type": ["boolean", "null"], "description": "`false` denies, and wins." },
            "needsApproval": { "type": ["boolean", "null"] },
            "name": { "type": ["string", "null"], "description": "The name it is shown under." },
            "description": {
                "type": ["string", "null"],
                "description": "The description it is shown with."
            }
        },
        "required": ["tool", "revision"],
        "additionalProperties": false
    })
}

fn change() -> Value {
    json!({
        "type": "object",
        "properties": {
            "tool": { "type": "string" },
            "isNew": { "type": "boolean" },
            "hash": { "type": "string", "description": "What an answer has to name." },
            "seenAt": { "type": "string", "format": "date-time" },
            "rejected": { "type": "boolean" },
            "findings": { "type": "array", "items": {
                "type": "object",
                "properties": {
                    "risk": {
                        "enum": keyway_app::trust::Risk::ALL.map(keyway_app::trust::Risk::as_str)
                    },
                    "path": { "type": "string" },
                    "found": { "type": "string" }
                }
            } },
            "differences": { "type": "array", "items": {
                "type": "object",
                "properties": {
                    "path": { "type": "string" },
                    "kind": { "enum": ["added", "removed", "changed"] },
                    "before": { "type": "string" },
                    "after": { "type": "string" }
                }
            } }
        },
        "required": ["tool", "isNew", "hash", "seenAt", "rejected", "findings", "differences"]
    })
}

fn answered() -> Value {
    json!({
        "type": "object",
        "properties": {
            "changes": { "type": "array", "minItems": 1, "maxItems": 500, "items": {
                "type": "object",
                "properties": {
                    "tool": { "type": "string" },
                    "hash": {
                        "type": "string",
                        "description": "That of the definition that was looked at."
                    }
                },
                "required": ["tool", "hash"],
                "additionalProperties": false
            } }
        },
        "required": ["changes"],
        "additionalProperties": false
    })
}
