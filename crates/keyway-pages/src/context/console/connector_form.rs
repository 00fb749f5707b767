use serde::Serialize;

use super::{Filled, ProbeShown, SAMPLE_OUTSIDE};
use crate::Page;

/// The form of a connector, to add one or to change it: `console/connector-form.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorForm {
    /// What it holds. Fields: `name`, `url`, `auth`, `token`, `header`, `scheme`, `more`, `no_token`,
    /// `client_id`, `client_secret`, `scopes`, `scope`, `project`, `role_owner`, `role_admin`,
    /// `role_member`, `allow`, `deny`, `connect_timeout`, `call_timeout`.
    pub form: Filled,
    /// Where it is posted to.
    pub action: String,
    /// Where one is who does not want it.
    pub back: String,
    /// The key of the connector that is changed; `None` for a new one. Its name is text from outside.
    pub of: Option<String>,
    /// Whether something of the advanced settings is wrong, or was filled in.
    pub open: bool,
    /// Whether a token is stored, which stays where none is typed.
    pub keeps: bool,
    /// The organization's projects: slug and name. Names are text from outside.
    pub projects: Vec<(String, String)>,
    /// What became of trying it out.
    pub probe: Option<ProbeShown>,
}

impl Page for ConnectorForm {
    const TEMPLATE: &'static str = "console/connector-form.html";

    fn samples() -> Vec<Self> {
        let empty = Self {
            form: Filled::new(),
            action: "/console/integrations/add".into(),
            back: "/console/integrations".into(),
            of: None,
            open: false,
            keeps: false,
            projects: Vec::new(),
            probe: None,
        };
        let fields = [
            "name",
            "url",
            "token",
            "header",
            "scheme",
            "more",
            "client_id",
            "client_secret",
            "scopes",
            "project",
            "roles",
            "allow",
            "deny",
            "connect_timeout",
            "call_timeout",
        ];
        let wrong = fields.iter().fold(Filled::new(), |form, field| {
            form.with(field, SAMPLE_OUTSIDE)
                .wrong(field, "expected: something else")
        });
        let wrong = wrong.with("auth", "oauth_shared").with("scope", "project");
        let changing = Self {
            form: wrong
                .failed("it is not taken", Some("try again"))
                .of_revision(3),
            of: Some("acme".into()),
            open: true,
            keeps: true,
            projects: vec![("web".into(), SAMPLE_OUTSIDE.into())],
            ..empty.clone()
        };
        let tried = ProbeShown::samples().into_iter().map(|probe| Self {
            probe: Some(probe),
            ..empty.clone()
        });
        tried.chain([empty.clone(), changing]).collect()
    }
}
