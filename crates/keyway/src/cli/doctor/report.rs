use std::fmt::Write as _;

use serde_json::{Value, json};

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Passed,
    Warned,
    Failed,
}

/// One thing that was looked at.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) outcome: Outcome,
    name: String,
    found: String,
    details: Vec<String>,
}

impl Check {
    pub(super) fn passed(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Outcome::Passed, name, found)
    }

    pub(super) fn warned(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Outcome::Warned, name, found)
    }

    pub(super) fn failed(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Outcome::Failed, name, found)
    }

    fn new(outcome: Outcome, name: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            outcome,
            name: name.into(),
            found: found.into(),
            details: Vec::new(),
        }
    }

    pub(super) fn with_details(mut self, details: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(details);
        self
    }

    /// Adds what to do.
    pub(super) fn with_help(self, help: &str) -> Self {
        self.with_details([format!("help: {help}")])
    }

    pub(super) fn to_text(&self) -> String {
        let mark = match self.outcome {
            Outcome::Passed => "ok  ",
            Outcome::Warned => "warn",
            Outcome::Failed => "FAIL",
        };
        let mut text = format!("{mark}  {}: {}", self.name, self.found);
        for detail in &self.details {
            let _ = write!(text, "\n      {}", detail.replace('\n', "\n      "));
        }
        text
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "check": self.name,
            "outcome": self.outcome,
            "found": self.found,
            "details": self.details,
        })
    }
}
