/// A file of texts in Project Fluent's syntax.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The name of the file.
    pub name: &'static str,
    /// What is in it.
    pub text: &'static str,
}

macro_rules! texts {
    ($($name:literal),* $(,)?) => {
        &[$(Text { name: $name, text: include_str!(concat!("../../texts/en/", $name, ".ftl")) }),*]
    };
}

/// Every text of the console, in English: one file a noun, one line here a file.
pub const TEXTS: &[Text] = texts! {
    "activity",
    "agents",
    "api_keys",
    "approvals",
    "apps",
    "clients",
    "frame",
    "how_to_connect",
    "integrations",
    "issued",
    "my_access",
    "my_connections",
    "overview",
    "people",
    "policy",
    "publications",
    "servers",
    "service_accounts",
    "sessions",
    "settings",
    "tools",
    "webhook_endpoints",
    "webhooks",
};
