//! What GitHub makes an app of ("Registering a GitHub App from a manifest" in its documentation).

use keyway_core::Error;
use keyway_core::provider::InstallContext;
use serde_json::{Value, json};

use super::permissions::permissions;
use super::triggers::Triggers;

/// The longest name of an app.
const LONGEST_NAME: usize = 34;

/// The manifest of an app for a publication.
pub(super) fn manifest(context: &InstallContext<'_>) -> Result<Value, Error> {
    let triggers = Triggers::read(context.triggers)?;
    let addresses = context.addresses;
    let name: String = context.name.trim().chars().take(LONGEST_NAME).collect();
    Ok(json!({
        "name": name.trim_end(),
        "url": addresses.home,
        "hook_attributes": { "url": addresses.webhook, "active": true },
        "redirect_url": addresses.callback,
        "setup_url": addresses.callback,
        // A change of repositories brings nobody back: there would be no state.
        "setup_on_update": false,
        "public": false,
        "default_permissions": permissions(context.scopes, &triggers),
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
    }))
}
