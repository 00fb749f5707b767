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
    "confirm.html",
    "how_to_connect.html",
    "overview.html",
    "tool.html",
    "tools.html",
};
