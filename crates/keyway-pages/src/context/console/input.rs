use serde::Serialize;
use serde_json::{Map, Value};

/// The most fields a form of a tool has; a tool that takes more takes JSON.
const MOST: usize = 60;

/// A field of a tool's form, made of a property of its schema. Names and texts are from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// The name of the field in the form.
    pub field: String,
    /// The property.
    pub name: String,
    /// What it is called for people.
    pub title: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What is entered.
    pub kind: InputKind,
    /// Whether the tool demands it.
    pub required: bool,
    /// What there is to choose from.
    pub options: Vec<String>,
}

/// What is entered in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// A line of text.
    Text,
    /// A line of text that nobody is to read along.
    Secret,
    /// Text of several lines.
    Long,
    /// A number.
    Number,
    /// Yes or no.
    Truth,
    /// One of several texts or numbers.
    Choice,
    /// Anything, as JSON.
    Json,
}

/// The fields of a form for a schema; `None` where it can only be filled in as JSON.
pub fn inputs(schema: &Value) -> Option<Vec<Input>> {
    let properties = match schema.get("properties") {
        Some(properties) => properties.as_object()?,
        None => return nothing_else(schema).then(Vec::new),
    };
    let combined = ["$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties"];
    if properties.len() > MOST || combined.iter().any(|key| schema.get(key).is_some()) {
        return None;
    }
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| {
        required.is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)))
    };
    let fields = properties.iter().enumerate();
    let fields = fields.map(|(at, (name, property))| input(at, name, property, is_required(name)));
    Some(fields.collect())
}

/// What a form means as the arguments of a call: fields that are empty are left out. Answers the field
/// that is not as it should be otherwise.
pub fn arguments(
    inputs: &[Input],
    sent: impl Fn(&str) -> String,
) -> Result<Map<String, Value>, &Input> {
    let mut arguments = Map::new();
    for input in inputs {
        let text = sent(&input.field);
        if text.is_empty() {
            continue;
        }
        let json = || serde_json::from_str::<Value>(&text).map_err(|_| input);
        let value = match input.kind {
            InputKind::Text | InputKind::Secret | InputKind::Long => Value::String(text),
            InputKind::Choice | InputKind::Json => json()?,
            InputKind::Number => match json()? {
                number @ Value::Number(_) => number,
                _ => return Err(input),
            },
            InputKind::Truth => match text.as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => return Err(input),
            },
        };
        arguments.insert(input.name.clone(), value);
    }
    Ok(arguments)
}

fn nothing_else(schema: &Value) -> bool {
    let known = [
        "type",
        "$schema",
        "title",
        "description",
        "additionalProperties",
    ];
    let members = schema.as_object();
    members.is_some_and(|members| {
        let plain = members.keys().all(|key| known.contains(&key.as_str()));
        plain
            && members
                .get("additionalProperties")
                .is_none_or(|more| more == &Value::Bool(false))
    })
}

fn input(at: usize, name: &str, property: &Value, required: bool) -> Input {
    let text = |key: &str| property.get(key).and_then(Value::as_str).map(str::to_owned);
    let options = options(property);
    let said = |key: &str| property.get(key).and_then(Value::as_bool) == Some(true);
    let kind = match property.get("type").and_then(Value::as_str) {
        _ if !options.is_empty() => InputKind::Choice,
        Some("string") if said("writeOnly") => InputKind::Secret,
        Some("string") => match property.get("maxLength").and_then(Value::as_u64) {
            Some(..=200) => InputKind::Text,
            None if is_one_line(name) => InputKind::Text,
            _ => InputKind::Long,
        },
        Some("integer" | "number") => InputKind::Number,
        Some("boolean") => InputKind::Truth,
        _ => InputKind::Json,
    };
    Input {
        field: format!("arg-{at}"),
        name: name.to_owned(),
        title: text("title"),
        description: text("description"),
        kind,
        required,
        options,
    }
}

/// Whether a text that may be of any length is one of a line all the same.
fn is_one_line(name: &str) -> bool {
    let long = [
        "body",
        "text",
        "content",
        "message",
        "description",
        "query",
        "code",
        "prompt",
    ];
    !long.iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// What there is to choose from, as JSON.
fn options(property: &Value) -> Vec<String> {
    let listed = property.get("enum").and_then(Value::as_array);
    let plain = listed.filter(|values| {
        let plain = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
        !values.is_empty() && values.len() <= 200 && values.iter().all(plain)
    });
    plain.map_or_else(Vec::new, |values| {
        values.iter().map(Value::to_string).collect()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "type": "object",
            "required": ["city"],
            "properties": {
                "city": { "type": "string", "description": "Where" },
                "days": { "type": "integer" },
                "exact": { "type": "boolean" },
                "unit": { "enum": ["C", "F", 7] },
                "filter": { "type": "object" },
                "token": { "type": "string", "writeOnly": true }
            }
        })
    }

    #[test]
    fn a_form_is_made_of_the_properties_and_what_is_nested_is_json() {
        let inputs = inputs(&schema()).unwrap();
        let kinds: Vec<_> = inputs.iter().map(|input| input.kind).collect();
        assert_eq!(
            kinds,
            [
                InputKind::Text,
                InputKind::Number,
                InputKind::Truth,
                InputKind::Choice,
                InputKind::Json,
                InputKind::Secret
            ]
        );
        assert!(inputs[0].required && !inputs[1].required);
        assert_eq!(inputs[3].options, ["\"C\"", "\"F\"", "7"]);
    }

    #[test]
    fn what_is_entered_has_the_type_that_the_schema_wants_and_what_is_empty_is_left_out() {
        let inputs = inputs(&schema()).unwrap();
        let sent = |field: &str| {
            match field {
                "arg-0" => "12",
                "arg-1" => "3",
                "arg-2" => "false",
                "arg-3" => "\"C\"",
                "arg-4" => "{\"a\":[1]}",
                _ => "",
            }
            .to_owned()
        };
        let arguments = Value::Object(arguments(&inputs, sent).unwrap());
        let expected = json!({
            "city": "12", "days": 3, "exact": false, "unit": "C", "filter": { "a": [1] }
        });
        assert_eq!(arguments, expected);
    }

    #[test]
    fn the_field_that_is_wrong_is_named() {
        let inputs = inputs(&schema()).unwrap();
        for (field, text) in [
            ("arg-1", "many"),
            ("arg-1", "\"3\""),
            ("arg-2", "on"),
            ("arg-4", "{"),
        ] {
            let sent = |asked: &str| {
                if asked == field {
                    text.into()
                } else {
                    String::new()
                }
            };
            assert_eq!(arguments(&inputs, sent).unwrap_err().field, field);
        }
    }

    #[test]
    fn what_no_form_can_be_made_of_is_json_and_a_tool_that_takes_nothing_has_no_fields() {
        assert_eq!(inputs(&json!({ "type": "object" })), Some(Vec::new()));
        assert_eq!(inputs(&json!({ "type": "object", "anyOf": [] })), None);
        assert_eq!(inputs(&json!({ "properties": {}, "oneOf": [] })), None);
        assert_eq!(inputs(&json!({ "properties": [] })), None);
        let many: Map<_, _> = (0..=MOST).map(|at| (at.to_string(), json!({}))).collect();
        assert_eq!(inputs(&json!({ "properties": many })), None);
    }
}
