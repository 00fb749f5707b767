//! What GitHub makes an app of ("Registering a GitHub App from a manifest" in its documentation).

use keyway_core::provider::Addresses;
use serde_json::{Value, json};

/// The longest name of an app.
const LONGEST_NAME: usize = 34;

/// The manifest of an app of this name.
pub(super) fn manifest(name: &str, addresses: &Addresses) -> Value {
    let name: String = name.trim().chars().take(LONGEST_NAME).collect();
    json!({
        "name": name.trim_end(),
        "url": addresses.home,
        "hook_attributes": { "url": addresses.webhook, "active": true },
        "redirect_url": addresses.callback,
        "setup_url": addresses.callback,
        // A change of repositories brings nobody back: there would be no state.
        "setup_on_update": false,
        "public": false,
        "default_permissions": {
            "metadata": "read",
            "issues": "write",
            "pull_requests": "write",
            "discussions": "write",
            "contents": "write",
            "checks": "read",
            "statuses": "read",
            "actions": "write",
        },
        // Those of the installation itself come without being asked for.
        "default_events": [
            "issues",
            "issue_comment",
            "pull_request",
            "pull_request_review",
            "pull_request_review_comment",
            "discussion",
            "discussion_comment",
        ],
    })
}
