use std::fmt::Write as _;

use keyway_client::Form;
use keyway_client::text::line;
use keyway_core::action::Schema;
use serde_json::{Number, Value};

/// One field of a form (MCP `PrimitiveSchemaDefinition`), asked for by a line of text.
pub(super) struct Field {
    pub(super) name: String,
    title: String,
    about: Option<String>,
    required: bool,
    default: Option<Value>,
    kind: Kind,
    schema: Option<Schema>,
}

enum Kind {
    Text,
    Number,
    Truth,
    One(Vec<Choice>),
    Some(Vec<Choice>),
}

struct Choice {
    value: Value,
    title: String,
}

/// The fields of a form, in its order.
pub(super) fn fields(form: &Form) -> Vec<Field> {
    let required = form.schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| {
        let mut names = required.into_iter().flatten();
        names.any(|one| one.as_str() == Some(name))
    };
    let properties = form.schema.get("properties").and_then(Value::as_object);
    let fields = properties.into_iter().flatten();
    fields
        .map(|(name, schema)| Field {
            title: text(schema, "title").unwrap_or_else(|| line(name, 128)),
            about: text(schema, "description"),
            required: is_required(name),
            default: schema.get("default").cloned(),
            kind: Kind::of(schema),
            schema: Schema::compile(schema).ok(),
            name: name.clone(),
        })
        .collect()
}

impl Field {
    /// The question for a plain terminal.
    pub(super) fn question(&self) -> String {
        let mut text = format!("  {}", self.title);
        if let Some(about) = &self.about {
            let _ = write!(text, " — {about}");
        }
        if let Kind::One(choices) | Kind::Some(choices) = &self.kind {
            for (at, choice) in choices.iter().enumerate() {
                let _ = write!(text, "\n    {}) {}", at + 1, choice.title);
            }
            text.push_str("\n   ");
        }
        let kind = match self.kind {
            Kind::Text => "text",
            Kind::Number => "number",
            Kind::Truth => "y or n",
            Kind::One(_) => "one of them",
            Kind::Some(_) => "some of them, with commas between",
        };
        let need = if self.required {
            ""
        } else {
            ", may be left empty"
        };
        let _ = write!(text, " ({kind}{need})");
        if let Some(default) = &self.default {
            let _ = write!(text, " [{}]", self.shown(default));
        }
        text.push_str(": ");
        text
    }

    /// Reads what was typed; nothing for a field that is left out. The error says what is expected.
    pub(super) fn read(&self, typed: &str) -> Result<Option<Value>, String> {
        let trimmed = typed.trim();
        if trimmed.is_empty() {
            return match (&self.default, self.required) {
                (Some(default), _) => Ok(Some(default.clone())),
                (None, false) => Ok(None),
                (None, true) => Err("a value: this field is required".into()),
            };
        }
        let value = match &self.kind {
            Kind::Text => Value::String(typed.to_owned()),
            Kind::Number => {
                let number: Result<Number, _> = trimmed.parse();
                Value::Number(number.map_err(|_| "a number".to_owned())?)
            }
            Kind::Truth => match trimmed.to_lowercase().as_str() {
                "y" | "yes" | "true" => Value::Bool(true),
                "n" | "no" | "false" => Value::Bool(false),
                _ => return Err("y or n".into()),
            },
            Kind::One(choices) => chosen(choices, trimmed)?,
            Kind::Some(choices) => {
                let values = trimmed.split(',').map(|one| chosen(choices, one.trim()));
                Value::Array(values.collect::<Result<_, _>>()?)
            }
        };
        let problems = self.schema.as_ref().map(|schema| schema.check(&value));
        match problems.unwrap_or_default().first() {
            Some(problem) => Err(line(&problem.expected, 300)),
            None => Ok(Some(value)),
        }
    }

    fn shown(&self, value: &Value) -> String {
        if let Kind::One(choices) | Kind::Some(choices) = &self.kind {
            let title = |value: &Value| {
                let found = choices.iter().find(|choice| choice.value == *value);
                found.map(|choice| choice.title.clone())
            };
            let titles = match value {
                Value::Array(values) => values.iter().filter_map(title).collect(),
                one => Vec::from_iter(title(one)),
            };
            return titles.join(", ");
        }
        match value {
            Value::Bool(true) => "y".into(),
            Value::Bool(false) => "n".into(),
            Value::String(text) => line(text, 200),
            other => line(&other.to_string(), 200),
        }
    }
}

fn chosen(choices: &[Choice], typed: &str) -> Result<Value, String> {
    let named = choices
        .iter()
        .find(|choice| choice.value.as_str() == Some(typed) || choice.title == typed);
    let numbered = || {
        let at: usize = typed.parse().ok()?;
        choices.get(at.checked_sub(1)?)
    };
    named
        .or_else(numbered)
        .map(|choice| choice.value.clone())
        .ok_or_else(|| format!("a number from 1 to {}", choices.len()))
}

impl Kind {
    fn of(schema: &Value) -> Self {
        if let Some(choices) = schema.get("items").and_then(choices) {
            return Self::Some(choices);
        }
        if let Some(choices) = choices(schema) {
            return Self::One(choices);
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("boolean") => Self::Truth,
            Some("number" | "integer") => Self::Number,
            _ => Self::Text,
        }
    }
}

/// The choices of a schema in each form the protocol has had: `enum`, with or without `enumNames`,
/// and `oneOf` or `anyOf` of constants.
fn choices(schema: &Value) -> Option<Vec<Choice>> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let names = schema.get("enumNames").and_then(Value::as_array);
        let name = |at: usize| names?.get(at)?.as_str();
        let choice = |(at, value): (usize, &Value)| Choice {
            title: match name(at).or(value.as_str()) {
                Some(title) => line(title, 200),
                None => line(&value.to_string(), 200),
            },
            value: value.clone(),
        };
        return Some(values.iter().enumerate().map(choice).collect());
    }
    let consts = schema.get("oneOf").or(schema.get("anyOf"))?.as_array()?;
    let choice = |one: &Value| {
        let value = one.get("const")?.clone();
        let title = one.get("title").and_then(Value::as_str).or(value.as_str());
        Some(Choice {
            title: title.map(|title| line(title, 200)).unwrap_or_default(),
            value,
        })
    };
    Some(consts.iter().filter_map(choice).collect())
}

fn text(schema: &Value, member: &str) -> Option<String> {
    let text = schema.get(member)?.as_str()?;
    Some(line(text, 500))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(schema: &Value, required: bool) -> Field {
        let form = Form {
            server: "s".into(),
            message: String::new(),
            schema: json!({
                "type": "object",
                "properties": { "f": schema },
                "required": if required { json!(["f"]) } else { json!([]) },
            }),
            warnings: Vec::new(),
            problems: Vec::new(),
        };
        fields(&form).pop().unwrap()
    }

    #[test]
    fn each_kind_is_read() {
        let text = field(&json!({ "type": "string", "minLength": 2 }), true);
        assert_eq!(text.read(" a b"), Ok(Some(json!(" a b"))));
        assert_eq!(text.read("x"), Err("at least 2 characters".into()));
        assert_eq!(
            text.read(" "),
            Err("a value: this field is required".into())
        );
        let number = field(&json!({ "type": "integer", "maximum": 9 }), false);
        assert_eq!(number.read("7"), Ok(Some(json!(7))));
        assert_eq!(number.read("7.5"), Err("a whole number".into()));
        assert_eq!(number.read("10"), Err("9 or less".into()));
        assert_eq!(number.read("seven"), Err("a number".into()));
        assert_eq!(number.read(""), Ok(None));
        let truth = field(&json!({ "type": "boolean", "default": true }), true);
        assert_eq!(truth.read(""), Ok(Some(json!(true))));
        assert_eq!(truth.read("No"), Ok(Some(json!(false))));
        assert_eq!(truth.read("maybe"), Err("y or n".into()));
    }

    #[test]
    fn choices_are_numbers_values_or_titles() {
        let plain = field(
            &json!({ "type": "string", "enum": ["red", "blue"], "default": "blue" }),
            false,
        );
        assert_eq!(plain.read("1"), Ok(Some(json!("red"))));
        assert_eq!(plain.read("blue"), Ok(Some(json!("blue"))));
        assert_eq!(plain.read("3"), Err("a number from 1 to 2".into()));
        assert_eq!(plain.read("0"), Err("a number from 1 to 2".into()));
        assert!(plain.question().contains("2) blue") && plain.question().contains("[blue]"));
        let titled = json!({ "type": "string", "oneOf": [{ "const": "r", "title": "Red" }] });
        assert_eq!(field(&titled, false).read("Red"), Ok(Some(json!("r"))));
        let many = json!({ "type": "array", "items": { "type": "string", "enum": ["a", "b"] }, "maxItems": 1 });
        assert_eq!(field(&many, false).read("2"), Ok(Some(json!(["b"]))));
        assert_eq!(
            field(&many, false).read("1, b"),
            Err("at most 1 item".into())
        );
    }

    #[test]
    fn a_question_holds_nothing_a_terminal_obeys() {
        let nasty = "x\u{1b}[2J\u{202e}";
        let schema = json!({
            "type": "string", "title": nasty, "description": nasty,
            "enum": [nasty], "default": nasty,
        });
        let question = field(&schema, false).question();
        assert!(
            !question
                .chars()
                .any(|c| c != '\n' && keyway_client::text::is_hidden(c))
        );
    }
}
