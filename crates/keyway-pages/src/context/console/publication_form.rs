use serde::Serialize;

use super::{Filled, SAMPLE_OUTSIDE};
use crate::Page;

/// The form of a publication: `console/publication-form.html`. Fields: `name`, `agent`,
/// `service_account`, `granularity`, `settings`, `triggers`, `secret`, and one of each scope.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicationForm {
    /// The form.
    pub form: Filled,
    /// Where it is posted to.
    pub action: String,
    /// Where one is who does not want it.
    pub back: String,
    /// The name of what is changed; `None` for a new one. Text from outside.
    pub of: Option<String>,
    /// The provider's name. Text from outside.
    pub provider: String,
    /// The agents to choose from: slug and name. Texts from outside.
    pub agents: Vec<(String, String)>,
    /// The service accounts to choose from: id and name. Texts from outside.
    pub accounts: Vec<(String, String)>,
    /// What the provider supports; the text of each is `granularity-{name}`.
    pub granularities: Vec<&'static str>,
    /// What it may be let do.
    pub scopes: Vec<ScopeLine>,
    /// Settings as somebody could write them.
    pub example_settings: &'static str,
    /// Triggers as somebody could write them.
    pub example_triggers: &'static str,
}

/// A scope of a provider.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScopeLine {
    /// The name of its field.
    pub field: String,
    /// Its name.
    pub name: String,
    /// What it permits. Text from outside.
    pub description: String,
    /// Whether the publication has it.
    pub granted: bool,
}

impl ScopeLine {
    /// One that is granted, and one that is not.
    pub(super) fn samples() -> Vec<Self> {
        let line = |granted: bool| Self {
            field: format!("scope.issue.{granted}"),
            name: format!("issue.{granted}"),
            description: SAMPLE_OUTSIDE.into(),
            granted,
        };
        vec![line(true), line(false)]
    }
}

impl Page for PublicationForm {
    const TEMPLATE: &'static str = "console/publication-form.html";

    fn samples() -> Vec<Self> {
        let new = Self {
            form: Filled::new().with("granularity", "per_event"),
            action: "/console/publications/new?provider=webhook".into(),
            back: "/console/integrations".into(),
            of: None,
            provider: SAMPLE_OUTSIDE.into(),
            agents: vec![("helper".into(), SAMPLE_OUTSIDE.into())],
            accounts: vec![("svc_1".into(), SAMPLE_OUTSIDE.into())],
            granularities: vec![
                "per_workspace",
                "per_user",
                "per_channel",
                "per_thread",
                "per_issue",
                "per_event",
            ],
            scopes: ScopeLine::samples(),
            example_settings: "{ \"eventId\": \"/id\" }",
            example_triggers: "{}",
        };
        let fields = [
            "name",
            "agent",
            "service_account",
            "granularity",
            "scopes",
            "settings",
            "triggers",
            "secret",
        ];
        let wrong = fields.iter().fold(Filled::new(), |form, field| {
            let form = form.with(field, SAMPLE_OUTSIDE);
            form.wrong(field, "expected: something else")
        });
        let changing = Self {
            form: wrong
                .failed("it is not taken", Some("try again"))
                .of_revision(3),
            action: "/console/publications/pub_1/edit".into(),
            of: Some(SAMPLE_OUTSIDE.into()),
            accounts: Vec::new(),
            scopes: Vec::new(),
            ..new.clone()
        };
        let nobody = Self {
            agents: Vec::new(),
            ..new.clone()
        };
        let nothing = Self {
            accounts: Vec::new(),
            ..new.clone()
        };
        vec![new, changing, nobody, nothing]
    }
}
