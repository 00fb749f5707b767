//! What each tool takes, as JSON Schema.

use serde_json::{Value, json};

const ISSUE: &str = "Identifier of the issue, like ENG-123, or its id";

#[expect(clippy::needless_pass_by_value, reason = "it goes into what is made")]
fn object(required: &[&str], properties: Value) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn text(description: &str, longest: usize) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": longest, "description": description })
}

fn issue() -> Value {
    text(ISSUE, 64)
}

fn priority() -> Value {
    json!({
        "type": "integer", "minimum": 0, "maximum": 4,
        "description": "0 none, 1 urgent, 2 high, 3 medium, 4 low"
    })
}

fn labels(description: &str) -> Value {
    json!({
        "type": "array", "maxItems": 20, "uniqueItems": true,
        "items": text("Name of a label", 255), "description": description
    })
}

pub(super) fn get_issue() -> Value {
    object(&["issue"], json!({ "issue": issue() }))
}

pub(super) fn search_issues() -> Value {
    object(
        &["query"],
        json!({
            "query": text("Words to search for", 500),
            "team": text("Key or id of a team", 64),
            "status": text("Name of a status", 255),
            "label": text("Name of a label", 255),
            "assignee": text("Email of who it is assigned to", 320),
            "limit": { "type": "integer", "minimum": 1, "maximum": 50, "description": "At most so many; 20 unless said" },
        }),
    )
}

pub(super) fn create_issue() -> Value {
    object(
        &["team", "title"],
        json!({
            "team": text("Key or id of the team", 64),
            "title": text("Title", 255),
            "description": text("Description in Markdown", 60_000),
            "priority": priority(),
            "parent": issue(),
        }),
    )
}

pub(super) fn update_issue() -> Value {
    object(
        &["issue"],
        json!({
            "issue": issue(),
            "title": text("New title", 255),
            "description": text("New description in Markdown, in place of the old one", 60_000),
            "priority": priority(),
            "due_date": {
                "type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                "description": "Day it is due, like 2026-11-29; null for none"
            },
        }),
    )
}

pub(super) fn create_comment() -> Value {
    object(
        &["issue", "body"],
        json!({
            "issue": issue(),
            "body": text("Comment in Markdown", 60_000),
            "parent": text("Id of a comment of the same issue to reply to", 64),
        }),
    )
}

pub(super) fn update_status() -> Value {
    object(
        &["issue", "status"],
        json!({ "issue": issue(), "status": text("Name of a status of the issue's team", 255) }),
    )
}

pub(super) fn update_labels() -> Value {
    object(
        &["issue"],
        json!({
            "issue": issue(),
            "add": labels("Labels to add"),
            "remove": labels("Labels to take away"),
        }),
    )
}

pub(super) fn assign_issue() -> Value {
    object(
        &["issue", "assignee"],
        json!({
            "issue": issue(),
            "assignee": {
                "type": ["string", "null"], "minLength": 1, "maxLength": 320,
                "description": "Email, display name or id of a member; null for nobody"
            },
        }),
    )
}

pub(super) fn graphql_read() -> Value {
    object(
        &["query"],
        json!({
            "query": text("One GraphQL query", 16_384),
            "variables": { "type": "object", "description": "Its variables" },
        }),
    )
}
