use serde_json::{Value, json};

/// The manifest of an app that was made by hand, and may do whatever is asked of it.
pub(super) fn everything() -> Value {
    json!({
        "name": "by hand",
        "default_permissions": {
            "metadata": "read", "issues": "write", "pull_requests": "write", "discussions": "write",
            "contents": "write", "checks": "read", "statuses": "read", "actions": "write",
            "workflows": "write", "members": "read",
        },
    })
}
