use serde::Serialize;

use super::SAMPLE_TOKEN;
use crate::{Field, FieldKind, FieldOption, Html, Page, alert, csrf_field};

/// Connecting a service by its credential: `connect.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connect {
    /// Where the form is posted.
    pub form_action: String,
    /// See [`csrf_field`](crate::csrf_field).
    pub csrf_field: Html,
    /// What went wrong; see [`alert`](crate::alert).
    pub error_html: Html,
    /// The service, by its title or key.
    pub service: String,
    /// What the credential is and where people get one.
    pub description: String,
    /// Where it may be sent, when that is declared.
    pub hosts: Option<String>,
    /// Where someone is sent who connects it at an authorization server; nothing where fields are
    /// typed in.
    pub server: Option<String>,
    /// What is asked for there.
    pub scopes: Vec<String>,
    /// The way there, where the browser has to be led by a link.
    pub continue_url: Option<String>,
    /// The actions that use it.
    pub actions: Vec<String>,
    /// Who is signed in.
    pub who: String,
    /// What is set already, in words.
    pub existing: Vec<String>,
    /// True once it was stored.
    pub done: bool,
    /// What has to be filled in; nothing where the one who is signed in may set none, and once
    /// it is done.
    pub fields: Vec<Field>,
}

impl Page for Connect {
    const TEMPLATE: &'static str = "connect.html";

    fn samples() -> Vec<Self> {
        let place = Field::new("keyway_place", "Who uses it", FieldKind::Select)
            .required()
            .options(vec![
                FieldOption::new("user", "Only you"),
                FieldOption::new("organization", "Everyone in Sample"),
            ]);
        let form = Self {
            form_action: "/connect/acme".into(),
            csrf_field: csrf_field(SAMPLE_TOKEN),
            error_html: Html::none(),
            service: "Acme".into(),
            description: "From the settings page of Acme.".into(),
            hosts: Some("api.acme.example".into()),
            server: None,
            scopes: Vec::new(),
            continue_url: None,
            actions: vec!["ticket:create".into()],
            who: "Ada Lovelace".into(),
            existing: vec!["`default` for the organization".into()],
            done: false,
            fields: vec![
                Field::new("apiKey", "API key", FieldKind::Password)
                    .required()
                    .autofocus(),
                place,
            ],
        };
        let wrong = Self {
            error_html: alert("that did not work", None),
            description: String::new(),
            hosts: None,
            actions: Vec::new(),
            existing: Vec::new(),
            ..form.clone()
        };
        let done = Self {
            done: true,
            fields: Vec::new(),
            ..form.clone()
        };
        let nothing = Self {
            fields: Vec::new(),
            ..form.clone()
        };
        let elsewhere = Self {
            server: Some("https://as.acme.example".into()),
            scopes: vec!["tickets:write".into()],
            fields: form.fields.iter().skip(1).cloned().collect(),
            ..form.clone()
        };
        let led = Self {
            continue_url: Some("https://as.acme.example/authorize?state=sample".into()),
            fields: Vec::new(),
            ..elsewhere.clone()
        };
        vec![form, wrong, done, nothing, elsewhere, led]
    }
}
