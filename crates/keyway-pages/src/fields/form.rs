use serde_json::Value;

use super::schema::Property;
use super::{Field, FieldKind, FieldOption};

/// Names that forms use for themselves. No field of an application may have one.
pub const RESERVED: [&str; 15] = [
    "csrf",
    "mode",
    "next",
    "request",
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "resource",
    "nonce",
    "prompt",
];

/// What a form is for; browsers fill in passwords by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Signing in: a password is the present one.
    SignIn,
    /// Signing up: a password is a new one.
    SignUp,
}

/// A schema of which no form can be made. For the one who wrote the action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadForm {
    /// The schema has no properties.
    #[error("its input has no fields: a form needs at least one")]
    Empty,
    /// A name that forms use for themselves.
    #[error("its input has a field \"{0}\": forms use that name for themselves, choose another")]
    Reserved(String),
    /// A field that is a list or an object.
    #[error(
        "its input's field \"{0}\" is a list or an object: forms have texts, numbers, truth values, choices and dates"
    )]
    Nested(String),
}

/// The fields of a form for input of a schema (JSON Schema of an object).
///
/// | of the schema | becomes |
/// |---|---|
/// | order of `properties` | order of the fields |
/// | `description`, else the name | the label, with a capital letter |
/// | `writeOnly`, `format: password` | `password` |
/// | `enum`, or alternatives that are constants | `select` |
/// | `boolean` | `checkbox` |
/// | `integer`, `number`; `minimum`, `maximum` | `number`; `min`, `max`, `step` |
/// | `format: date` | `date` |
/// | a name with `email` in it, `format: email` | `email` |
/// | anything else | `text` |
/// | `required`, without a `default` | `required` |
/// | `minLength`, `maxLength` | `minlength`, `maxlength` |
/// | `default` | what it is filled with |
///
/// ```
/// use keyway_pages::{FieldKind, Form, form_fields};
/// use serde_json::json;
///
/// let schema = json!({
///     "type": "object",
///     "properties": {
///         "email": { "type": "string" },
///         "password": { "type": "string", "writeOnly": true, "minLength": 8 },
///     },
///     "required": ["email", "password"],
/// });
/// let fields = form_fields(&schema, Form::SignIn).unwrap();
/// assert_eq!((fields[0].label.as_str(), fields[0].kind), ("Email", FieldKind::Email));
/// assert_eq!((fields[1].kind, fields[1].minlength), (FieldKind::Password, Some(8)));
/// ```
pub fn form_fields(schema: &Value, form: Form) -> Result<Vec<Field>, BadForm> {
    let mut fields = Vec::new();
    for property in Property::all(schema) {
        if RESERVED.contains(&property.name) {
            return Err(BadForm::Reserved(property.name.into()));
        }
        fields.push(field(&property, form)?);
    }
    if fields.is_empty() {
        return Err(BadForm::Empty);
    }
    Ok(fields)
}

fn field(property: &Property<'_>, form: Form) -> Result<Field, BadForm> {
    let options = options(property);
    let kind = kind(property, !options.is_empty())?;
    let default = property.keyword("default");
    let mut field = Field::new(property.name, &label(property), kind);
    field.required = property.required && default.is_none() && kind != FieldKind::Checkbox;
    field.options = options;
    field.autocomplete = autocomplete(kind, property.name, form).map(str::to_owned);
    let count = |keyword| property.keyword(keyword).and_then(Value::as_u64);
    if matches!(
        kind,
        FieldKind::Text | FieldKind::Email | FieldKind::Password
    ) {
        field.minlength = count("minLength").filter(|least| *least > 0);
        field.maxlength = count("maxLength");
    }
    if kind == FieldKind::Number {
        let whole = property.is("integer");
        field.min = bound(property, "minimum", "exclusiveMinimum", whole.then_some(1));
        field.max = bound(property, "maximum", "exclusiveMaximum", whole.then_some(-1));
        field.step = Some(if whole { "1" } else { "any" }.into());
    }
    if let Some(default) = default.and_then(text) {
        field = field.value(&default);
    }
    Ok(field)
}

fn kind(property: &Property<'_>, has_options: bool) -> Result<FieldKind, BadForm> {
    let format = property.keyword("format").and_then(Value::as_str);
    let secret = property.keyword("writeOnly") == Some(&Value::Bool(true));
    let email = property.name.to_lowercase().contains("email");
    Ok(if has_options {
        FieldKind::Select
    } else if property.is("object") || property.is("array") {
        return Err(BadForm::Nested(property.name.into()));
    } else if secret || format == Some("password") {
        FieldKind::Password
    } else if property.is("boolean") {
        FieldKind::Checkbox
    } else if property.is("integer") || property.is("number") {
        FieldKind::Number
    } else if format == Some("date") {
        FieldKind::Date
    } else if email || format == Some("email") {
        FieldKind::Email
    } else {
        FieldKind::Text
    })
}

/// What an enumeration offers, in its order.
fn options(property: &Property<'_>) -> Vec<FieldOption> {
    let offered = property.choices().filter_map(|(value, described)| {
        let value = text(value)?;
        let label = described.map_or_else(|| capital(&words(&value)), capital);
        Some(FieldOption::new(&value, &label))
    });
    offered.collect()
}

fn bound(property: &Property<'_>, at: &str, beyond: &str, next: Option<i64>) -> Option<String> {
    let at = property.keyword(at).and_then(text);
    at.or_else(|| {
        let beyond = property.keyword(beyond)?;
        match (beyond.as_i64(), next) {
            (Some(number), Some(next)) => Some(number.saturating_add(next).to_string()),
            _ => text(beyond),
        }
    })
}

fn label(property: &Property<'_>) -> String {
    let described = property.keyword("description").and_then(Value::as_str);
    let described = described.map(|text| text.trim().trim_end_matches('.'));
    match described.filter(|text| !text.is_empty()) {
        Some(described) => capital(described),
        None => capital(&words(property.name)),
    }
}

/// `displayName` and `display_name` as words: `display name`.
fn words(name: &str) -> String {
    let mut words = String::new();
    let mut small = false;
    for letter in name.chars() {
        if matches!(letter, '_' | '-') {
            words.push(' ');
        } else if small && letter.is_uppercase() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
        small = letter.is_lowercase();
    }
    words
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn autocomplete(kind: FieldKind, name: &str, form: Form) -> Option<&'static str> {
    match (kind, form) {
        (FieldKind::Password, Form::SignIn) => Some("current-password"),
        (FieldKind::Password, Form::SignUp) => Some("new-password"),
        (FieldKind::Email, Form::SignIn) => Some("username"),
        (FieldKind::Email, Form::SignUp) => Some("email"),
        (FieldKind::Text, _) => match name {
            "name" => Some("name"),
            "username" => Some("username"),
            _ => None,
        },
        _ => None,
    }
}
