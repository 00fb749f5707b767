use keyway_core::provider::Workspace;

/// What the bot is asked to be let do at Slack, in Slack's words. People's own tokens are never asked for:
/// the agent acts as itself.
pub(super) const BOT: [&str; 12] = [
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "chat:write",
    "files:write",
    "groups:history",
    "im:history",
    "im:write",
    "mpim:history",
    "reactions:read",
    "reactions:write",
    "users:read",
];

/// What was not granted of it, in the order it was asked for.
pub(super) fn missing(granted: &[String]) -> impl Iterator<Item = &'static str> {
    let missing = |scope: &&str| !granted.iter().any(|one| one == scope);
    BOT.into_iter().filter(missing)
}

/// Whether Slack lets the agent do something.
pub(super) fn has(workspace: &Workspace, scope: &str) -> bool {
    workspace.granted.iter().any(|one| one == scope)
}

/// One of the scopes that are asked for, by Slack's name of it.
pub(super) fn known(name: &str) -> Option<&'static str> {
    BOT.into_iter().find(|one| *one == name)
}
