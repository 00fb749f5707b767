//! Forms of servers (MCP, Elicitation, form mode): read, made fit to be shown, and answers held
//! against them.

use keyway_core::action::Schema;
use serde_json::{Map, Value, json};

use crate::person::Form;
use crate::text::{block, line};
use keyway_core::secrets::looks_secret;

/// The most fields of a form.
const MOST_FIELDS: usize = 100;

/// The most characters of a message.
const MOST_SHOWN: usize = 4_000;

/// A form, and what its answers are held against.
pub(super) struct ReadForm {
    pub(super) form: Form,
    schema: Schema,
}

/// Reads the params of `elicitation/create`. The error says what is wrong with them.
pub(super) fn read(server: &str, params: &Value) -> Result<ReadForm, &'static str> {
    let message = params.get("message").and_then(Value::as_str);
    let wanted = params.get("requestedSchema").unwrap_or(&Value::Null);
    let fields = wanted
        .get("properties")
        .and_then(Value::as_object)
        .filter(|_| wanted.get("type").and_then(Value::as_str) == Some("object"))
        .ok_or("the form's schema is no object with properties")?;
    if fields.len() > MOST_FIELDS {
        return Err("the form has more than 100 fields");
    }
    let schema = Schema::compile(wanted).map_err(|_| "the form's schema cannot be used")?;
    let mut shown = Map::new();
    let mut warnings = Vec::new();
    for (name, field) in fields {
        if !is_primitive(field) {
            return Err("a field of the form is no primitive value");
        }
        let secret = looks_secret(name)
            || ["title", "format"].iter().any(|member| {
                let text = field.get(member).and_then(Value::as_str);
                text.is_some_and(looks_secret)
            });
        if secret {
            warnings.push(format!(
                "`{}` looks like a secret. A server must not ask for secrets in a form: leave it \
                 unless you know why it does",
                line(name, 128)
            ));
        }
        shown.insert(name.clone(), presentable(field));
    }
    Ok(ReadForm {
        form: Form {
            server: server.to_owned(),
            message: block(message.unwrap_or_default(), MOST_SHOWN),
            schema: json!({
                "type": "object",
                "properties": shown,
                "required": wanted.get("required").cloned().unwrap_or_else(|| json!([])),
            }),
            warnings,
            problems: Vec::new(),
        },
        schema,
    })
}

impl ReadForm {
    /// What is wrong with answers, by field; empty when they can be sent.
    pub(super) fn problems(&self, answers: &Value) -> Vec<(String, String)> {
        let problems = self.schema.check(answers).into_iter().map(|problem| {
            let field = problem.pointer.trim_start_matches('/');
            let field = field.replace("~1", "/").replace("~0", "~");
            (field, problem.expected)
        });
        problems.collect()
    }
}

/// A text, number, truth value or choice, or several of some choices (MCP
/// `PrimitiveSchemaDefinition`).
fn is_primitive(field: &Value) -> bool {
    let kind = |value: &Value| {
        value
            .get("type")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .unwrap_or_default()
    };
    match kind(field).as_str() {
        "string" | "number" | "integer" | "boolean" => true,
        "array" => field.get("items").is_some_and(|items| {
            kind(items) == "string" || items.get("anyOf").is_some() || items.get("enum").is_some()
        }),
        _ => field.get("enum").is_some() || field.get("oneOf").is_some(),
    }
}

/// The field with texts that can be shown, and without a default that it does not accept itself.
fn presentable(field: &Value) -> Value {
    let Value::Object(members) = field else {
        return field.clone();
    };
    let mut shown = members.clone();
    for member in ["title", "description"] {
        if let Some(Value::String(text)) = shown.get_mut(member) {
            *text = line(text, 500);
        }
    }
    if let Some(default) = members.get("default") {
        let accepts = Schema::compile(field).is_ok_and(|schema| schema.check(default).is_empty());
        if !accepts {
            shown.remove("default");
        }
    }
    Value::Object(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(properties: &Value) -> Result<ReadForm, &'static str> {
        let schema = json!({ "type": "object", "properties": properties });
        read(
            "s",
            &json!({ "message": "m\u{1b}[2J", "requestedSchema": schema }),
        )
    }

    #[test]
    fn a_default_that_is_no_choice_is_not_offered() {
        let form = of(&json!({
            "colour": { "type": "string", "enum": ["red", "blue"], "default": "infrared" },
            "size": { "type": "integer", "maximum": 3, "default": 2 },
        }));
        let schema = form.map_err(str::to_owned).unwrap().form.schema;
        assert!(schema.pointer("/properties/colour/default").is_none());
        assert_eq!(schema.pointer("/properties/size/default"), Some(&json!(2)));
    }

    #[test]
    fn a_form_that_asks_for_a_secret_is_warned_of() {
        let form = of(&json!({
            "githubToken": { "type": "string" },
            "code": { "type": "string", "title": "Your password" },
            "name": { "type": "string" },
        }));
        let form = form.map_err(str::to_owned).unwrap().form;
        assert_eq!(form.warnings.len(), 2);
        assert!(!form.message.contains('\u{1b}'));
    }

    #[test]
    fn only_flat_forms_are_taken() {
        for bad in [
            json!({ "a": { "type": "object", "properties": {} } }),
            json!({ "a": { "type": "array", "items": { "type": "object" } } }),
            json!({ "a": { "$ref": "https://example.com/schema.json" } }),
        ] {
            assert!(of(&bad).is_err());
        }
        assert!(read("s", &json!({ "message": "m" })).is_err());
        let many: Map<_, _> = (0..101)
            .map(|n| (format!("f{n}"), json!({ "type": "string" })))
            .collect();
        assert!(of(&Value::Object(many)).is_err());
        assert!(
            of(&json!({ "a": { "type": "array", "items": { "type": "string", "enum": ["x"] } } }))
                .is_ok()
        );
    }
}
