use crate::Template;

macro_rules! console {
    ($($name:literal),* $(,)?) => {
        &[$(Template {
            name: concat!("console/", $name),
            text: include_str!(concat!("../../templates/console/", $name)),
        }),*]
    };
}

/// Every template of the console, one line each. No folder overrides them.
pub const CONSOLE: &[Template] = console! {
    "activity-event.html",
    "activity-log.html",
    "activity-parts.html",
    "activity.html",
    "agent.html",
    "agents.html",
    "api_key.html",
    "api_key_new.html",
    "api_keys.html",
    "app-confirm.html",
    "app-instance.html",
    "app-parts.html",
    "app.html",
    "approval.html",
    "approvals.html",
    "apps.html",
    "client.html",
    "client_new.html",
    "clients.html",
    "confirm.html",
    "connector-form.html",
    "connector-parts.html",
    "connector.html",
    "grants.html",
    "how_to_connect.html",
    "integrations.html",
    "invitations.html",
    "invite.html",
    "issued.html",
    "layout.html",
    "lines.html",
    "macros.html",
    "member.html",
    "my-connections.html",
    "my-sessions.html",
    "overview.html",
    "people.html",
    "policy.html",
    "policy_check.html",
    "project.html",
    "projects.html",
    "service_account.html",
    "service_account_new.html",
    "service_accounts.html",
    "session-parts.html",
    "session.html",
    "sessions.html",
    "settings.html",
    "tool.html",
    "tools.html",
};
