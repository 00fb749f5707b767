use serde::Serialize;

use super::{SAMPLE_CLIENT, SAMPLE_TOKEN};
use crate::{Field, FieldKind, Html, Page, Who, alert, csrf_field};

/// What a person sees and ends of their own: `account.html`. Its forms are posted to
/// `/account/…`, `/sign-out` and `/sign-out-everywhere`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// See [`csrf_field`](crate::csrf_field).
    pub csrf_field: Html,
    /// What went wrong; see [`alert`](crate::alert).
    pub error_html: Html,
    /// What was done.
    pub notice: Option<String>,
    /// Whose account it is.
    pub who: Who,
    /// Where the person belongs; the present one is marked.
    pub organizations: Vec<Organization>,
    /// Where the person is signed in.
    pub sessions: Vec<OpenSession>,
    /// The applications that act for the person.
    pub applications: Vec<Application>,
    /// The fields of changing the password; empty for someone who has none.
    pub password_fields: Vec<Field>,
}

/// An organization someone belongs to.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The person's role in it.
    pub role: String,
    /// Whether the person is in it now.
    pub current: bool,
}

/// A browser someone is signed in with.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenSession {
    /// The web session's id.
    pub id: String,
    /// The browser, in words.
    pub browser: String,
    /// Where it came from.
    pub address: String,
    /// When it began, in words.
    pub began: String,
    /// When it was last seen, in words.
    pub seen: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// An application that acts for someone.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// The grant's id.
    pub grant: String,
    /// Its name. Text from outside.
    pub name: String,
    /// The host that vouches for it, or that it answers to.
    pub host: Option<String>,
    /// What it may do, in words.
    pub scopes: Vec<String>,
    /// Since when, in words.
    pub since: String,
    /// When it last did something, in words.
    pub used: Option<String>,
}

impl Page for Account {
    const TEMPLATE: &'static str = "account.html";

    fn samples() -> Vec<Self> {
        let session = |id: &str, current| OpenSession {
            id: id.into(),
            browser: "Firefox on Linux".into(),
            address: "203.0.113.7".into(),
            began: "3 days ago".into(),
            seen: "just now".into(),
            current,
        };
        let organization = |id: &str, name: &str, current| Organization {
            id: id.into(),
            name: name.into(),
            role: "owner".into(),
            current,
        };
        let field = |name: &str, label: &str, autocomplete: &str| {
            Field::new(name, label, FieldKind::Password)
                .required()
                .autocomplete(autocomplete)
        };
        let full = Self {
            csrf_field: csrf_field(SAMPLE_TOKEN),
            error_html: Html::none(),
            notice: Some("The password was changed.".into()),
            who: Who {
                name: "Ada Lovelace".into(),
                email: Some("ada@example.com".into()),
            },
            organizations: vec![
                organization("org_1", "Sample", true),
                organization("org_2", "Another", false),
            ],
            sessions: vec![session("wses_1", true), session("wses_2", false)],
            applications: vec![
                Application {
                    grant: "grant_1".into(),
                    name: SAMPLE_CLIENT.into(),
                    host: Some("client.example".into()),
                    scopes: vec!["Use the tools, resources and prompts you may use".into()],
                    since: "2 weeks ago".into(),
                    used: Some("5 minutes ago".into()),
                },
                Application {
                    grant: "grant_2".into(),
                    name: "Sample terminal".into(),
                    host: None,
                    scopes: Vec::new(),
                    since: "yesterday".into(),
                    used: None,
                },
            ],
            password_fields: vec![
                field("current_password", "Current password", "current-password"),
                field("password", "New password", "new-password"),
            ],
        };
        let bare = Self {
            error_html: alert("that did not work", None),
            notice: None,
            applications: Vec::new(),
            password_fields: Vec::new(),
            sessions: vec![session("wses_1", true)],
            organizations: vec![organization("org_1", "Sample", true)],
            who: Who {
                name: "Ada Lovelace".into(),
                email: None,
            },
            ..full.clone()
        };
        vec![full, bare]
    }
}
