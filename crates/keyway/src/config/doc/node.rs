use std::fmt;

/// A place in a text: line and column, both from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl At {
    /// The first character.
    pub const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Why a text could not be read. Holds nothing of its values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {message}")]
pub struct Fault {
    /// Where.
    pub at: At,
    /// What is wrong.
    pub message: String,
}

impl Fault {
    pub(super) fn new(at: At, message: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
        }
    }

    pub(super) fn duplicate(at: At, first: At) -> Self {
        Self::new(
            at,
            format!("this key is there twice (first on line {})", first.line),
        )
    }
}

/// A value and where it begins. It has no `Debug`: values may be secret.
#[expect(missing_debug_implementations, reason = "values may be secret")]
#[derive(Clone)]
pub struct Node {
    /// Where it begins.
    pub at: At,
    /// What it is.
    pub value: Value,
}

/// A mapping's key and where it begins.
#[expect(
    missing_debug_implementations,
    reason = "a misplaced value may be secret"
)]
#[derive(Clone)]
pub struct Key {
    /// Where it begins.
    pub at: At,
    /// The key.
    pub text: String,
}

/// What a value is.
#[expect(missing_debug_implementations, reason = "values may be secret")]
#[derive(Clone)]
pub enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in the order they are written; no key is there twice.
    Map(Vec<(Key, Node)>),
}

impl Value {
    /// The kind of value, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

impl Node {
    /// The members of a mapping; nothing for an empty value; `None` for anything else.
    pub fn members(&self) -> Option<&[(Key, Self)]> {
        match &self.value {
            Value::Map(members) => Some(members),
            Value::Null => Some(&[]),
            _ => None,
        }
    }

    /// The member of a mapping under `key`.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members()?
            .iter()
            .find(|(member, _)| member.text == key)
            .map(|(_, value)| value)
    }

    /// The text, if it is text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn items(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(text) => serde_json::from_str(text).unwrap_or(serde_json::Value::Null),
            Value::Text(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(members) => serde_json::Value::Object(
                members
                    .iter()
                    .map(|(key, value)| (key.text.clone(), value.to_json()))
                    .collect(),
            ),
        }
    }
}
