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
    "confirm.html",
    "how_to_connect.html",
    "my-sessions.html",
    "overview.html",
    "session-macros.html",
    "session.html",
    "sessions.html",
    "tool.html",
    "tools.html",
};
