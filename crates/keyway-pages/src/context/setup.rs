use serde::Serialize;

use super::SAMPLE_TOKEN;
use crate::{Field, FieldKind, Html, Page, alert, csrf_field};

/// Giving the first owner a password, by a link that works once: `setup.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Setup {
    /// Where the form is posted.
    pub form_action: String,
    /// See [`csrf_field`](crate::csrf_field).
    pub csrf_field: Html,
    /// What went wrong; see [`alert`](crate::alert).
    pub error_html: Html,
    /// The fields.
    pub fields: Vec<Field>,
    /// For whom it is: the name or address of the person.
    pub who: Option<String>,
}

impl Page for Setup {
    const TEMPLATE: &'static str = "setup.html";

    fn samples() -> Vec<Self> {
        let password = Field::new("password", "Password", FieldKind::Password)
            .required()
            .length(Some(12), Some(256))
            .autocomplete("new-password");
        let of = |error_html, password, who: Option<&str>| Self {
            form_action: "/setup/sample".into(),
            csrf_field: csrf_field(SAMPLE_TOKEN),
            error_html,
            fields: vec![
                Field::new("email", "Email", FieldKind::Email)
                    .required()
                    .autofocus(),
                password,
            ],
            who: who.map(str::to_owned),
        };
        vec![
            of(Html::none(), password.clone(), Some("ada@example.com")),
            of(
                alert("that did not work", Some("see below")),
                password.invalid("choose at least 12 characters"),
                None,
            ),
        ]
    }
}
