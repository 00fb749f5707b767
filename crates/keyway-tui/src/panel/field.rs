use serde_json::{Map, Value as Json};

use crate::chat::Editor;
use crate::text::clean_line;

/// One field of a form, from one property of its schema (MCP, "Elicitation Requests").
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) about: String,
    pub(crate) required: bool,
    pub(crate) value: Value,
    pub(crate) problem: Option<String>,
}

/// What a field holds.
#[derive(Debug)]
pub(crate) enum Value {
    /// A text, or a number while it is written.
    Text(Editor, Kind),
    /// Yes or no; neither at first.
    Switch(Option<bool>),
    /// One of these, or none yet.
    One(Vec<Choice>, Option<usize>),
    /// Some of these, and which one is marked.
    Many(Vec<(Choice, bool)>, usize),
}

/// What a text has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Integer,
}

/// A value that can be chosen, and how it is called.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) title: String,
}

impl Field {
    /// The fields of a flat object schema, in its order.
    pub(crate) fn of(schema: &Json, given: Option<&Map<String, Json>>) -> Vec<Self> {
        let required: Vec<_> = schema
            .get("required")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let properties = schema.get("properties").and_then(Json::as_object);
        let fields = properties.into_iter().flatten().map(|(name, property)| {
            let text = |key: &str| property.get(key).and_then(Json::as_str).map(clean_line);
            let start = given.and_then(|given| given.get(name));
            Self {
                name: name.clone(),
                title: text("title").unwrap_or_else(|| clean_line(name)),
                about: text("description").unwrap_or_default(),
                required: required.contains(&name.as_str()),
                value: Value::of(property, start.or_else(|| property.get("default"))),
                problem: None,
            }
        });
        fields.collect()
    }

    /// What is sent; nothing for a field that was left empty.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn answer(&self) -> Result<Option<Json>, String> {
        let answer = match &self.value {
            Value::Text(editor, kind) => written(editor.text(), *kind)?,
            Value::Switch(on) => on.map(Json::Bool),
            Value::One(choices, at) => at
                .and_then(|at| choices.get(at))
                .map(|choice| Json::String(choice.value.clone())),
            Value::Many(choices, _) => {
                let chosen = choices.iter().filter(|(_, on)| *on);
                let chosen: Vec<_> = chosen.map(|(one, _)| one.value.clone().into()).collect();
                (!chosen.is_empty() || self.required).then_some(Json::Array(chosen))
            }
        };
        match answer {
            None if self.required => Err("an answer is needed".to_owned()),
            answer => Ok(answer),
        }
    }
}

fn written(text: &str, kind: Kind) -> Result<Option<Json>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.trim();
    match kind {
        Kind::Text => Ok(Some(Json::String(text.to_owned()))),
        Kind::Integer => match number.parse::<i64>() {
            Ok(whole) => Ok(Some(whole.into())),
            Err(_) => Err("a whole number is needed".to_owned()),
        },
        Kind::Number => match number.parse::<f64>().ok().map(Json::from) {
            Some(number @ Json::Number(_)) => Ok(Some(number)),
            _ => Err("a number is needed".to_owned()),
        },
    }
}

impl Value {
    fn of(property: &Json, start: Option<&Json>) -> Self {
        let items = property.get("items");
        if let Some(choices) = items.and_then(choices) {
            let chosen = start.and_then(Json::as_array);
            let on = |choice: &Choice| {
                chosen.is_some_and(|all| all.iter().any(|one| one == choice.value.as_str()))
            };
            return Self::Many(
                choices
                    .into_iter()
                    .map(|one| (one.clone(), on(&one)))
                    .collect(),
                0,
            );
        }
        if let Some(choices) = choices(property) {
            let start = start.and_then(Json::as_str);
            let at = choices
                .iter()
                .position(|choice| Some(choice.value.as_str()) == start);
            return Self::One(choices, at);
        }
        let kind = match property.get("type").and_then(Json::as_str) {
            Some("boolean") => return Self::Switch(start.and_then(Json::as_bool)),
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            _ => Kind::Text,
        };
        let mut editor = Editor::default();
        match start {
            Some(Json::String(text)) => editor.set(text.as_str()),
            Some(number @ Json::Number(_)) => editor.set(number.to_string()),
            _ => {}
        }
        Self::Text(editor, kind)
    }
}

/// The values of an enumeration in any of its forms: plain, with `enumNames`, or as `const` and
/// `title`.
fn choices(property: &Json) -> Option<Vec<Choice>> {
    if let Some(values) = property.get("enum").and_then(Json::as_array) {
        let names = property.get("enumNames").and_then(Json::as_array);
        let choice = |(at, value): (usize, &Json)| {
            let value = value.as_str()?;
            let name = names.and_then(|names| names.get(at)?.as_str());
            Some(Choice {
                value: value.to_owned(),
                title: clean_line(name.unwrap_or(value)),
            })
        };
        return Some(values.iter().enumerate().filter_map(choice).collect());
    }
    let titled = property.get("oneOf").or_else(|| property.get("anyOf"))?;
    let choice = |one: &Json| {
        let value = one.get("const")?.as_str()?;
        let title = one.get("title").and_then(Json::as_str);
        Some(Choice {
            value: value.to_owned(),
            title: clean_line(title.unwrap_or(value)),
        })
    };
    Some(titled.as_array()?.iter().filter_map(choice).collect())
}
