use std::fmt;

use miette::Diagnostic;

use super::Source;

/// What is wrong with a policy file, and where.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Fault {
    /// A fault at a byte of a source.
    pub(super) fn at(source: &Source, offset: usize, message: impl Into<String>) -> Self {
        let before = source.text.get(..offset).unwrap_or(&source.text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            file: source.name.clone(),
            line: before.matches('\n').count() + 1,
            column: before.get(start..).unwrap_or_default().chars().count() + 1,
            message: message.into(),
            hint: None,
        }
    }

    /// What Cedar says about a source.
    pub(super) fn told(source: &Source, told: &dyn Diagnostic, offset: usize) -> Self {
        let mut labels = told.labels().into_iter().flatten();
        let label = labels.next();
        let offset = label.as_ref().map_or(offset, miette::LabeledSpan::offset);
        let mut message = told.to_string();
        if let Some(label) = label.as_ref().and_then(|label| label.label()) {
            message = format!("{message}: {label}");
        }
        Self {
            hint: told.help().map(|help| help.to_string()),
            ..Self::at(source, offset, message)
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            message,
            ..
        } = self;
        write!(f, "{file}:{line}:{column}: {message}")?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}
