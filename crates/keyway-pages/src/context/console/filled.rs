use std::collections::BTreeMap;

use serde::Serialize;

use crate::html::sentence;

/// What a form holds when it is shown: values, what is wrong with them, and what somebody else
/// changed meanwhile. The template names its fields; see the macros for forms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filled {
    /// Values by field. Never a secret.
    pub values: BTreeMap<String, String>,
    /// What is wrong, as a sentence, by field.
    pub errors: BTreeMap<String, String>,
    /// What is wrong with no field in particular, as a sentence.
    pub message: Option<String>,
    /// What to do about it, as a sentence.
    pub hint: Option<String>,
    /// What somebody else changed since the form was made.
    pub changed: Vec<Changed>,
    /// The revision of the thing the form was made of: it is sent along, hidden. `None` where there
    /// is none.
    pub revision: Option<u64>,
}

/// A field whose thing was changed since the form was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// The key of the field's label.
    pub label: &'static str,
    /// What it holds now. Text from outside.
    pub now: String,
    /// What the form said. Text from outside.
    pub yours: String,
    /// The keys of the texts of both, where they are one of several: now, and in the form.
    pub choices: Option<(&'static str, &'static str)>,
}

impl Filled {
    /// An empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a value.
    pub fn with(mut self, field: &str, value: impl Into<String>) -> Self {
        self.values.insert(field.to_owned(), value.into());
        self
    }

    /// With the revision of what it was made of.
    pub fn of_revision(mut self, revision: u64) -> Self {
        self.revision = Some(revision);
        self
    }

    /// With what is wrong with a field; the first thing counts.
    pub fn wrong(mut self, field: &str, what: &str) -> Self {
        let errors = &mut self.errors;
        errors
            .entry(field.to_owned())
            .or_insert_with(|| sentence(what));
        self
    }

    /// With what is wrong with no field in particular.
    pub fn failed(mut self, message: &str, hint: Option<&str>) -> Self {
        self.message = Some(sentence(message));
        self.hint = hint.map(sentence);
        self
    }
}
