//! The policies in force, and what they decide.

use serde_json::{Map, Value, json};

use super::operation::{Answer, Operation, paths_of};

/// The paths, by path.
pub(super) fn paths() -> Map<String, Value> {
    paths_of(vec![
        Operation {
            path: "/v1/policy",
            method: "get",
            id: "show_policy",
            summary: "Show the policies in force: built-in ones, and those of the operator",
            input: None,
            answer: Answer::Shows(json!({
                "type": "object",
                "properties": { "policies": { "type": "array", "items": policy() } },
                "required": ["policies"]
            })),
        },
        Operation {
            path: "/v1/policy/check",
            method: "post",
            id: "check_policy",
            summary: "Say what is decided when someone calls a tool, and why; nothing is called",
            input: Some(question()),
            answer: Answer::Shows(decision()),
        },
    ])
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn policy() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": text(),
            "doc": { "type": ["string", "null"] },
            "effect": { "enum": ["permit", "forbid"] },
            "approval": { "enum": ["required", "waived", null] },
            "builtIn": { "type": "boolean" },
            "file": text(),
            "line": { "type": "integer", "minimum": 1 },
            "text": { "type": "string", "description": "In Cedar." }
        },
        "required": ["id", "effect", "builtIn", "file", "line", "text"]
    })
}

fn question() -> Value {
    json!({
        "type": "object",
        "properties": {
            "principal": {
                "type": "string",
                "description": "An e-mail address, `user_…`, `svc_…`, `role:member`, or a client's id."
            },
            "tool": { "type": "string", "description": "The name clients know, or an action's slug." },
            "access": { "enum": ["api_key", "oauth", "web"], "default": "api_key" },
            "client": { "type": "string", "description": "The OAuth client they come through." },
            "scopes": { "type": "string", "default": "mcp" },
            "destructive": {
                "type": "boolean",
                "description": "Whether a tool that is not known here is taken to say that it may destroy something."
            },
            "readOnly": {
                "type": "boolean",
                "description": "Whether a tool that is not known here is taken to say that it only reads."
            }
        },
        "required": ["principal", "tool"],
        "additionalProperties": false
    })
}

fn decision() -> Value {
    json!({
        "type": "object",
        "properties": {
            "tool": text(),
            "decision": { "enum": ["allow", "needs_approval", "deny", "insufficient_scope"] },
            "inScope": { "type": "boolean" },
            "policy": { "enum": ["allow", "needs_approval", "deny"] },
            "known": { "type": "boolean", "description": "False for a tool that is taken to be there." },
            "policies": { "type": "array", "items": policy() }
        },
        "required": ["tool", "decision", "inScope", "policy", "known", "policies"]
    })
}
