use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::config::Finding;
use crate::serve::ServeError;

/// Why a command did not do what it was asked, as a person and a program are told.
///
/// Exit codes: 1 for what went wrong while running, 2 for a command line, configuration or input
/// that has to be changed first.
#[derive(Debug)]
pub(crate) struct Failure(Box<Told>);

/// What is told of a failure.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) exit: u8,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// Further lines, each for itself.
    pub(crate) details: Vec<String>,
    findings: Vec<Finding>,
}

impl Failure {
    /// Something went wrong while running.
    pub(crate) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Told {
            exit: 1,
            code: code.into(),
            message: message.into(),
            ..Told::default()
        }))
    }

    /// What was asked cannot be done like this.
    pub(crate) fn usage(code: impl Into<String>, message: impl Into<String>) -> Self {
        let mut failure = Self::new(code, message);
        failure.exit = 2;
        failure
    }

    /// The configuration cannot be used.
    pub(crate) fn configuration(findings: Vec<Finding>) -> Self {
        let mut failure = Self::usage("invalid_configuration", "the configuration cannot be used");
        failure.findings = findings;
        failure
    }

    /// Adds what to do.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// For people: the message, details and the hint.
    pub(crate) fn to_text(&self) -> String {
        let mut text = self.message.clone();
        for line in &self.details {
            let _ = write!(text, "\n  {line}");
        }
        for finding in &self.findings {
            let _ = write!(text, "\n  {}", finding.to_string().replace('\n', "\n  "));
        }
        if let Some(hint) = &self.hint {
            let _ = write!(text, "\n  help: {hint}");
        }
        text
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(error) = error.as_object_mut() {
            if let Some(hint) = &self.hint {
                error.insert("hint".into(), hint.as_str().into());
            }
            if !self.details.is_empty() {
                error.insert("details".into(), json!(self.details));
            }
            if !self.findings.is_empty() {
                let findings = self.findings.iter().map(Finding::to_json).collect();
                error.insert("findings".into(), findings);
            }
        }
        json!({ "error": error })
    }
}

impl From<keyway_core::Error> for Failure {
    fn from(error: keyway_core::Error) -> Self {
        let usage = matches!(
            error.kind(),
            keyway_core::Kind::Invalid | keyway_core::Kind::Malformed
        );
        let mut failure = Self::new(error.code(), error.message());
        failure.exit = if usage { 2 } else { 1 };
        failure.hint = error.hint().map(str::to_owned);
        failure.details = error
            .problems()
            .iter()
            .map(|problem| {
                let at = match problem.pointer.as_str() {
                    "" => "(input)",
                    pointer => pointer,
                };
                format!("{at}: expected {}", problem.expected)
            })
            .collect();
        failure
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        let mut failure = Self::new(error.code(), error.to_string());
        failure.hint = error.hint().map(str::to_owned);
        failure.details = causes(&error);
        failure
    }
}

/// What an error's own text leaves out.
fn causes(error: &ServeError) -> Vec<String> {
    let mut source = std::error::Error::source(error);
    let mut causes = Vec::new();
    while let Some(error) = source {
        causes.push(error.to_string());
        source = error.source();
    }
    causes
}

impl std::ops::Deref for Failure {
    type Target = Told;

    fn deref(&self) -> &Told {
        &self.0
    }
}

impl std::ops::DerefMut for Failure {
    fn deref_mut(&mut self) -> &mut Told {
        &mut self.0
    }
}
