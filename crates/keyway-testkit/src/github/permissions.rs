//! Which permission each endpoint needs ("Permissions required for GitHub Apps").

/// The permission, and how much of it. `None` where any token will do.
pub(super) fn needed(method: &str, rest: &[&str]) -> Option<(&'static str, &'static str)> {
    let access = if method == "GET" { "read" } else { "write" };
    let permission = match rest {
        [] => "metadata",
        ["issues", ..] => "issues",
        ["pulls", _, "merge"] | ["contents" | "git", ..] => "contents",
        ["pulls", ..] => "pull_requests",
        ["commits", _, "check-runs"] => "checks",
        ["commits", _, "status"] => "statuses",
        ["actions", ..] => "actions",
        _ => return None,
    };
    Some((permission, access))
}
