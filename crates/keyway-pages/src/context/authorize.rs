use serde::Serialize;

use super::{SAMPLE_CLIENT, SAMPLE_TOKEN};
use crate::{Field, FieldKind, FieldOption, Html, Page, alert, hidden_fields};

/// Signing in and signing up, by itself or on the way of an application: `oauth-authorize.html`.
///
/// The form that was sent has the field `mode`, which is `signin` or `signup`.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Authorize {
    /// Where the forms are posted.
    pub form_action: String,
    /// The fields of signing in.
    pub signin_fields: Vec<Field>,
    /// The fields of signing up.
    pub signup_fields: Vec<Field>,
    /// Whether there is a form for signing in.
    pub has_signin: bool,
    /// Whether there is a form for signing up.
    pub has_signup: bool,
    /// Whether the form for signing up is the one that is open first: it was the one that failed,
    /// or there is no other.
    pub signup_open: bool,
    /// What went wrong; see [`alert`](crate::alert).
    pub error_html: Html,
    /// Something good to say, such as that one has signed out.
    pub notice: Option<String>,
    /// The fields that both forms must send back, the CSRF token among them.
    pub hidden_fields: Html,
    /// Other ways to sign in.
    pub sso_providers: Vec<SsoProvider>,
    /// The application that asks, when one does. Text from outside.
    pub client_name: Option<String>,
    /// What to do about a forgotten password.
    pub forgot_hint: Option<String>,
}

/// Another way to sign in.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SsoProvider {
    /// Its name, for people.
    pub name: String,
    /// Where signing in with it begins.
    pub href: String,
}

impl Page for Authorize {
    const TEMPLATE: &'static str = "oauth-authorize.html";

    fn samples() -> Vec<Self> {
        let email = Field::new("sampleEmail", "Email", FieldKind::Email)
            .required()
            .autocomplete("username")
            .autofocus()
            .value("ada@example.com");
        let password = Field::new("samplePassword", "Password", FieldKind::Password)
            .required()
            .autocomplete("current-password");
        let full = Self {
            form_action: "/sign-in".into(),
            signin_fields: vec![email.clone(), password],
            signup_fields: every_kind(),
            has_signin: true,
            has_signup: true,
            hidden_fields: hidden_fields(SAMPLE_TOKEN, &[("next", "/sample-next")]),
            client_name: Some(SAMPLE_CLIENT.into()),
            sso_providers: vec![SsoProvider {
                name: "Example ID".into(),
                href: "/sso/example".into(),
            }],
            forgot_hint: Some("Forgot your password? Ask an administrator for a new link.".into()),
            ..Self::default()
        };
        vec![
            Self {
                signup_open: true,
                error_html: alert("that did not work", Some("try again")),
                ..full.clone()
            },
            Self {
                has_signup: false,
                signup_fields: Vec::new(),
                sso_providers: Vec::new(),
                client_name: None,
                forgot_hint: None,
                notice: Some("You are signed out.".into()),
                signin_fields: vec![email.invalid("enter the address you were invited with")],
                ..full.clone()
            },
            Self {
                has_signin: false,
                signin_fields: Vec::new(),
                signup_open: true,
                ..full.clone()
            },
            Self {
                has_signin: false,
                has_signup: false,
                signin_fields: Vec::new(),
                signup_fields: Vec::new(),
                ..full
            },
        ]
    }
}

/// One field of each kind a form can have.
fn every_kind() -> Vec<Field> {
    vec![
        Field::new("sampleName", "Name", FieldKind::Text)
            .required()
            .length(Some(2), Some(80))
            .help("As your colleagues know you."),
        Field::new("sampleWorkEmail", "Work email", FieldKind::Email).required(),
        Field::new("sampleNewPassword", "Password", FieldKind::Password)
            .required()
            .length(Some(12), Some(200))
            .autocomplete("new-password")
            .invalid("choose at least 12 characters"),
        Field::new("sampleSeats", "Seats", FieldKind::Number).range(
            Some("1"),
            Some("500"),
            Some("1"),
        ),
        Field::new("sampleTeam", "Team", FieldKind::Select).options(vec![
            FieldOption::new("red", "Red"),
            FieldOption::new("blue", "Blue"),
        ]),
        Field::new("sampleStart", "Start", FieldKind::Date).value("2026-01-31"),
        Field::new("sampleNews", "Send me news", FieldKind::Checkbox).value("on"),
    ]
}
