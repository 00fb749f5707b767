use serde::Serialize;

use super::SAMPLE_TOKEN;
use crate::{Field, FieldKind, Html, Page, Who, alert, csrf_field};

/// Where the code is entered that a device shows (RFC 8628): `device.html`. The field of the code
/// is `user_code`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Where the form is posted.
    pub form_action: String,
    /// See [`csrf_field`](crate::csrf_field).
    pub csrf_field: Html,
    /// What went wrong; see [`alert`](crate::alert).
    pub error_html: Html,
    /// The field of the code.
    pub fields: Vec<Field>,
    /// Who is signed in.
    pub who: Who,
}

impl Device {
    /// The field of the code, filled with what the link said or what was typed.
    pub fn code_field(typed: Option<&str>) -> Field {
        let field = Field::new("user_code", "Code", FieldKind::Text)
            .required()
            .length(None, Some(20))
            .autocomplete("off")
            .autofocus()
            .help("The device shows it: eight letters.");
        match typed {
            Some(typed) => field.value(typed),
            None => field,
        }
    }
}

impl Page for Device {
    const TEMPLATE: &'static str = "device.html";

    fn samples() -> Vec<Self> {
        let of = |error_html, fields| Self {
            form_action: "/device".into(),
            csrf_field: csrf_field(SAMPLE_TOKEN),
            error_html,
            fields: vec![fields],
            who: Who {
                name: "Ada Lovelace".into(),
                email: Some("ada@example.com".into()),
            },
        };
        vec![
            of(Html::none(), Self::code_field(None)),
            of(
                alert("there is no such code", Some("codes last ten minutes")),
                Self::code_field(Some("WDJB-MJHT")).invalid("type the code again"),
            ),
        ]
    }
}
