//! The parsers of `keyway-pages`. Every function takes any bytes and must not panic.

use keyway_pages::{Field, FieldKind, Form, RESERVED, form_fields, read_form};

/// The fields of a form, made of a schema: each by a name of its own that forms do not use, a choice
/// where there is something to choose, and no password in it. What is sent back is read field by
/// field.
pub fn form_schema(data: &[u8]) {
    let Ok(schema) = serde_json::from_slice(data) else {
        return;
    };
    for form in [Form::SignIn, Form::SignUp] {
        let Ok(fields) = form_fields(&schema, form) else {
            continue;
        };
        let sent: Vec<_> = fields
            .iter()
            .map(|field| (field.name.clone(), String::from("1")))
            .collect();
        for (at, field) in fields.iter().enumerate() {
            let others = fields.get(at + 1..).unwrap_or_default();
            assert!(others.iter().all(|other| other.name != field.name));
            assert!(!RESERVED.contains(&field.name.as_str()));
            assert_eq!(field.kind == FieldKind::Select, !field.options.is_empty());
            assert!(field.kind != FieldKind::Password || field.value.is_none());
        }
        assert_eq!(read_form(&fields, &sent).len(), fields.len());
        let filled = Field::fill(fields, &sent);
        let secret = |field: &Field| field.kind == FieldKind::Password && field.value.is_some();
        assert!(!filled.iter().any(secret));
    }
}
