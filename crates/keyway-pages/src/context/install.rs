use serde::Serialize;

use super::SAMPLE_TOKEN;
use crate::{Field, FieldKind, Html, Page, alert, csrf_field};

/// Installing a provider: `install.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Install {
    /// Where the form is posted.
    pub form_action: String,
    /// See [`csrf_field`](crate::csrf_field).
    pub csrf_field: Html,
    /// What went wrong; see [`alert`](crate::alert).
    pub error_html: Html,
    /// The provider's name for people.
    pub provider: String,
    /// What the publication is called.
    pub publication: String,
    /// Who is signed in; nobody who has a setup link.
    pub who: Option<String>,
    /// Where it is installed, by name.
    pub workspace: Option<String>,
    /// What the third party is told of this gateway.
    pub addresses: Vec<InstallAddress>,
    /// What has to be filled in.
    pub fields: Vec<Field>,
    /// Whether it goes on at the third party.
    pub elsewhere: bool,
    /// The way there, where the browser has to be led by a link.
    pub continue_url: Option<String>,
    /// The way there, where it has to take something along; see [`leave_form`](crate::leave_form).
    pub leave_html: Html,
    /// True once it is installed.
    pub done: bool,
    /// True where somebody at the third party has to agree first.
    pub waiting: bool,
}

/// An address that the third party asks for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InstallAddress {
    /// What it is for.
    pub label: String,
    /// The address.
    pub url: String,
}

impl Page for Install {
    const TEMPLATE: &'static str = "install.html";

    fn samples() -> Vec<Self> {
        let address = |label: &str, url: &str| InstallAddress {
            label: label.into(),
            url: url.into(),
        };
        let form = Self {
            form_action: "/install/acme?publication=pub_1".into(),
            csrf_field: csrf_field(SAMPLE_TOKEN),
            error_html: Html::none(),
            provider: "Acme".into(),
            publication: "Triage".into(),
            who: Some("Ada Lovelace".into()),
            workspace: None,
            addresses: vec![
                address(
                    "Webhooks go to",
                    "https://gateway.example/webhook/acme/pub_1",
                ),
                address(
                    "Browsers come back to",
                    "https://gateway.example/install/acme/callback",
                ),
            ],
            fields: vec![
                Field::new("clientId", "Client ID", FieldKind::Text).required(),
                Field::new("clientSecret", "Client secret", FieldKind::Pasted)
                    .help("Below Credentials"),
            ],
            elsewhere: true,
            continue_url: None,
            leave_html: Html::none(),
            done: false,
            waiting: false,
        };
        let typed = Self {
            elsewhere: false,
            who: None,
            workspace: Some("Sample".into()),
            error_html: alert("that did not work", None),
            ..form.clone()
        };
        let bare = Self {
            fields: Vec::new(),
            ..form.clone()
        };
        let led = Self {
            continue_url: Some("https://acme.example/authorize?state=sample".into()),
            ..bare.clone()
        };
        let done = Self {
            done: true,
            workspace: Some("Sample".into()),
            ..bare.clone()
        };
        let nowhere = Self {
            workspace: None,
            ..done.clone()
        };
        let waiting = Self {
            waiting: true,
            ..bare.clone()
        };
        vec![form, typed, bare, led, done, nowhere, waiting]
    }
}
