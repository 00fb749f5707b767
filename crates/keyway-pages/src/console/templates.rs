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
    "layout.html",
    "macros.html",
    "approval.html",
    "approvals.html",
    "confirm.html",
    "connector.html",
    "connector-form.html",
    "connector-parts.html",
    "integrations.html",
    "activity-event.html",
    "activity-log.html",
    "activity-macros.html",
    "activity.html",
    "agent.html",
    "agents.html",
    "app-confirm.html",
    "app-instance.html",
    "app-macros.html",
    "app.html",
    "apps.html",
    "my-sessions.html",
    "overview.html",
    "session-macros.html",
    "session.html",
    "sessions.html",
    "how_to_connect.html",
    "api_key.html",
    "api_key_new.html",
    "api_keys.html",
    "client.html",
    "client_new.html",
    "clients.html",
    "grants.html",
    "invitations.html",
    "invite.html",
    "issued.html",
    "lines.html",
    "member.html",
    "people.html",
    "policy.html",
    "policy_check.html",
    "project.html",
    "projects.html",
    "service_account.html",
    "service_account_new.html",
    "service_accounts.html",
    "settings.html",
    "tool.html",
    "tools.html",
};
