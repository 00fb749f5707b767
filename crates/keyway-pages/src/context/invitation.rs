use serde::Serialize;

use super::SAMPLE_TOKEN;
use crate::{Field, FieldKind, Html, Page, Who, alert, csrf_field};

/// Joining an organization: `invitation.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// Where the form is posted.
    pub form_action: String,
    /// See [`csrf_field`](crate::csrf_field).
    pub csrf_field: Html,
    /// What went wrong; see [`alert`](crate::alert).
    pub error_html: Html,
    /// The organization.
    pub organization: String,
    /// The role that is offered.
    pub role: String,
    /// Who invites, when that person is still known.
    pub invited_by: Option<String>,
    /// The address that is invited.
    pub email: String,
    /// Who is signed in, when someone is.
    pub who: Option<Who>,
    /// True when there is an account with the address already.
    pub has_account: bool,
    /// What has to be filled in; nothing for someone who is signed in and known by the address.
    pub fields: Vec<Field>,
    /// Where someone signs in who has an account with the address.
    pub sign_in_href: Option<String>,
}

impl Page for Invitation {
    const TEMPLATE: &'static str = "invitation.html";

    fn samples() -> Vec<Self> {
        let new = Self {
            form_action: "/invitations/sample".into(),
            csrf_field: csrf_field(SAMPLE_TOKEN),
            error_html: Html::none(),
            organization: "Sample".into(),
            role: "member".into(),
            invited_by: Some("Grace Hopper".into()),
            email: "ada@example.com".into(),
            who: None,
            has_account: false,
            fields: vec![
                Field::new("name", "Name", FieldKind::Text)
                    .required()
                    .autofocus(),
                Field::new("password", "Password", FieldKind::Password)
                    .required()
                    .autocomplete("new-password"),
            ],
            sign_in_href: Some("/sign-in?next=/invitations/sample".into()),
        };
        let signed_in = Self {
            error_html: alert("that did not work", None),
            who: Some(Who {
                name: "Ada Lovelace".into(),
                email: Some("ada@example.com".into()),
            }),
            invited_by: None,
            fields: Vec::new(),
            sign_in_href: None,
            ..new.clone()
        };
        let account = Self {
            has_account: true,
            fields: vec![
                Field::new("password", "Password", FieldKind::Password)
                    .required()
                    .autocomplete("current-password"),
            ],
            ..new.clone()
        };
        vec![new, signed_in, account]
    }
}
