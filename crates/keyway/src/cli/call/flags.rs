use std::fmt::Write as _;

use clap::{Arg, ArgAction};
use serde_json::Value;

/// Long flags that mean something for every action; a property of such a name has no flag of its
/// own and is given by `--arg NAME=VALUE`.
const TAKEN: &[&str] = &[
    "arg", "config", "data-dir", "help", "input", "json", "version",
];

/// What a flag's value is read as.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Text,
    Integer,
    Number,
    Bool,
    /// One of these.
    Choice(Vec<Value>),
    /// The flag may be given several times.
    List(Box<Shape>),
    /// JSON text.
    Json,
}

/// One property of an action's input.
#[derive(Debug, Clone)]
pub(super) struct Property {
    pub(super) name: String,
    /// Its flag without the dashes; `None` when it has to be given by `--arg`.
    pub(super) flag: Option<String>,
    pub(super) shape: Shape,
    pub(super) required: bool,
    doc: String,
    default: Option<Value>,
}

/// The properties of an input schema, in its order.
pub(super) fn properties(schema: &Value) -> Vec<Property> {
    let Some(members) = schema.get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    let required = schema.get("required").and_then(Value::as_array);
    let mut properties: Vec<Property> = Vec::new();
    for (name, inner) in members {
        let flag = flag_name(name).filter(|flag| {
            let used = |other: &Property| other.flag.as_ref() == Some(flag);
            !TAKEN.contains(&flag.as_str()) && !properties.iter().any(used)
        });
        let text = |key: &str| inner.get(key).and_then(Value::as_str);
        properties.push(Property {
            name: name.clone(),
            flag,
            shape: shape(schema, inner, 0),
            required: required.is_some_and(|names| names.iter().any(|other| other == name)),
            doc: text("description")
                .or(text("title"))
                .unwrap_or_default()
                .to_owned(),
            default: inner
                .get("default")
                .filter(|value| !value.is_null())
                .cloned(),
        });
    }
    properties
}

/// `userId` and `user_id` are `--user-id`. Names with other characters have no flag.
fn flag_name(name: &str) -> Option<String> {
    let mut flag = String::new();
    for c in name.chars() {
        match c {
            '_' | '-' | '.' => flag.push('-'),
            c if c.is_ascii_uppercase() => {
                if !flag.is_empty() && !flag.ends_with('-') {
                    flag.push('-');
                }
                flag.push(c.to_ascii_lowercase());
            }
            c if c.is_ascii_alphanumeric() => flag.push(c),
            _ => return None,
        }
    }
    let good = flag.starts_with(|c: char| c.is_ascii_alphanumeric()) && !flag.ends_with('-');
    good.then_some(flag)
}

/// What a schema accepts, as far as a flag can tell. References and unions that go deep are JSON.
fn shape(root: &Value, schema: &Value, depth: u8) -> Shape {
    if depth > 8 {
        return Shape::Json;
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = reference
            .strip_prefix('#')
            .and_then(|pointer| root.pointer(pointer));
        return target.map_or(Shape::Json, |target| shape(root, target, depth + 1));
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<_> = words
            .iter()
            .filter(|word| !word.is_null())
            .cloned()
            .collect();
        return Shape::Choice(words);
    }
    for union in ["anyOf", "oneOf"] {
        if let Some(branches) = schema.get(union).and_then(Value::as_array) {
            return of_branches(root, branches, depth);
        }
    }
    match single_type(schema) {
        Some("string") => Shape::Text,
        Some("integer") => Shape::Integer,
        Some("number") => Shape::Number,
        Some("boolean") => Shape::Bool,
        Some("array") => match schema
            .get("items")
            .map(|items| shape(root, items, depth + 1))
        {
            Some(Shape::List(_)) | None => Shape::Json,
            Some(items) => Shape::List(Box::new(items)),
        },
        _ => Shape::Json,
    }
}

/// An optional value is a union with null; an enum with descriptions is a union of constants.
fn of_branches(root: &Value, branches: &[Value], depth: u8) -> Shape {
    let solid: Vec<_> = branches
        .iter()
        .filter(|branch| single_type(branch) != Some("null"))
        .collect();
    let words: Option<Vec<_>> = solid
        .iter()
        .map(|branch| branch.get("const").cloned())
        .collect();
    match (words, solid.as_slice()) {
        (Some(words), [_, ..]) => Shape::Choice(words),
        (None, [only]) => shape(root, only, depth + 1),
        _ => Shape::Json,
    }
}

/// The type, when there is one besides null.
fn single_type(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => {
            let mut solid = names
                .iter()
                .filter_map(Value::as_str)
                .filter(|name| *name != "null");
            let first = solid.next();
            first.filter(|_| solid.next().is_none())
        }
        _ => None,
    }
}

impl Property {
    /// The property as an argument of the action's own command line.
    pub(super) fn argument(&self) -> Option<Arg> {
        let flag = self.flag.clone()?;
        let argument = Arg::new(self.name.clone())
            .long(flag)
            .value_name(value_name(&self.shape))
            .help(self.help())
            .allow_negative_numbers(true);
        Some(match &self.shape {
            Shape::Bool => argument
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true"),
            Shape::List(_) => argument.action(ArgAction::Append),
            _ => argument,
        })
    }

    fn help(&self) -> String {
        let mut help = self.doc.replace('\n', " ");
        if let Shape::Choice(words) = &self.shape {
            let _ = write!(help, " [one of: {}]", show_words(words));
        }
        if let Some(default) = &self.default {
            let _ = write!(help, " [default: {}]", show_word(default));
        }
        if self.required {
            help.push_str(" [required]");
        }
        help.trim_start().to_owned()
    }
}

impl Shape {
    /// Reads one text. The error says what was expected and does not repeat the text.
    pub(super) fn read(&self, text: &str) -> Result<Value, String> {
        match self {
            Self::Text => Ok(text.into()),
            Self::Integer => integer(text).ok_or_else(|| "a whole number".into()),
            Self::Number => number(text).ok_or_else(|| "a number".into()),
            Self::Bool => match text {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err("true or false".into()),
            },
            Self::Choice(words) => words
                .iter()
                .find(|word| show_word(word) == text)
                .cloned()
                .ok_or_else(|| format!("one of {}", show_words(words))),
            Self::List(items) => items.read(text),
            Self::Json => serde_json::from_str(text).map_err(|_| "JSON".into()),
        }
    }

    /// Reads all texts that were given for one property.
    pub(super) fn read_all(&self, texts: &[&str]) -> Result<Value, String> {
        match (self, texts) {
            (Self::List(items), [whole]) if whole.trim_start().starts_with('[') => {
                match serde_json::from_str(whole) {
                    Ok(Value::Array(list)) => Ok(Value::Array(list)),
                    _ => items.read(whole).map(|item| vec![item].into()),
                }
            }
            (Self::List(items), texts) => texts.iter().map(|text| items.read(text)).collect(),
            (shape, texts) => shape.read(texts.last().copied().unwrap_or_default()),
        }
    }
}

fn integer(text: &str) -> Option<Value> {
    let signed = text.parse::<i64>().map(Value::from);
    signed
        .or_else(|_| text.parse::<u64>().map(Value::from))
        .ok()
}

fn number(text: &str) -> Option<Value> {
    let number: serde_json::Number = serde_json::from_str(text).ok()?;
    Some(number.into())
}

fn value_name(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text | Shape::Choice(_) => "TEXT",
        Shape::Integer | Shape::Number => "NUMBER",
        Shape::Bool => "BOOL",
        Shape::List(items) => value_name(items),
        Shape::Json => "JSON",
    }
}

fn show_words(words: &[Value]) -> String {
    words.iter().map(show_word).collect::<Vec<_>>().join(", ")
}

/// A word as it is typed: text without quotes.
fn show_word(word: &Value) -> String {
    word.as_str()
        .map_or_else(|| word.to_string(), str::to_owned)
}
