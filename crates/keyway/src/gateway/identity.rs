use crate::config::Icon;

/// How a gateway introduces itself to clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name for programs.
    pub name: String,
    /// The name for people.
    pub title: Option<String>,
    /// The version.
    pub version: String,
    /// What the project is for; the instructions clients get, unless the configuration has others.
    pub description: Option<String>,
    /// Where people read about it.
    pub website_url: Option<String>,
    /// Pictures of it.
    pub icons: Vec<Icon>,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            name: "keyway".into(),
            title: None,
            version: env!("CARGO_PKG_VERSION").into(),
            description: None,
            website_url: None,
            icons: Vec::new(),
        }
    }
}
