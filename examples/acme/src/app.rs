use keyway::{App, Credential, Secret};

use crate::actions;

/// Made at Acme under Settings, API.
#[derive(Debug, Credential)]
#[credential(
    title = "Acme",
    hosts("api.acme.example", "localhost"),
    check = "acme:whoami"
)]
pub struct Acme {
    pub(crate) api_key: Secret<String>,
    /// Where Acme is, for those who run their own.
    #[credential(public)]
    url: Option<String>,
}

impl Acme {
    /// The address of one of Acme's endpoints.
    pub(crate) fn at(&self, path: &str) -> String {
        let url = self.url.as_deref().unwrap_or("https://api.acme.example");
        format!("{}/v1/{path}", url.trim_end_matches('/'))
    }
}

/// Acme: its credential and all of its actions.
pub fn app() -> App {
    App::of::<Acme>()
        .action(actions::create_ticket())
        .action(actions::whoami())
}
