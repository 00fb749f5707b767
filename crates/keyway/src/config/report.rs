use std::fmt;
use std::path::PathBuf;

use super::doc::At;

/// Where a setting was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a file.
    File {
        /// The file.
        path: PathBuf,
        /// Where in it; `None` when the file as a whole is meant.
        at: Option<At>,
    },
    /// In an environment variable.
    Variable(String),
    /// On the command line.
    Flag(&'static str),
    /// In the program, or in a file of definitions: where, as text.
    Defined(String),
    /// Nowhere: the default holds.
    Default,
}

impl Place {
    /// Line and column, for a place in a file.
    pub fn at(&self) -> Option<At> {
        match self {
            Self::File { at, .. } => *at,
            _ => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, at: Some(at) } => write!(f, "{}:{at}", path.display()),
            Self::File { path, at: None } => write!(f, "{}", path.display()),
            Self::Variable(name) | Self::Defined(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
            Self::Default => f.write_str("default"),
        }
    }
}

/// How much a [`Finding`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Probably not meant.
    Warning,
    /// Cannot be used.
    Error,
}

/// Something to say about a configuration. It never holds a value, only names and places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// The dotted name of what it is about; empty for a whole file.
    pub field: String,
    /// What is the matter.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Finding {
    /// An error.
    pub fn error(place: Place, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            place,
            field: field.into(),
            message: message.into(),
            help: None,
        }
    }

    /// The same, as a warning.
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same, as a note.
    pub fn as_note(mut self) -> Self {
        self.severity = Severity::Note;
        self
    }

    /// Adds what to do.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// As JSON: `severity`, `place`, `file`, `line`, `column`, `field`, `message`, `help`.
    pub fn to_json(&self) -> serde_json::Value {
        let (file, at) = match &self.place {
            Place::File { path, at } => (Some(path.display().to_string()), *at),
            _ => (None, None),
        };
        serde_json::json!({
            "severity": self.severity,
            "place": self.place.to_string(),
            "file": file,
            "line": at.map(|at| at.line),
            "column": at.map(|at| at.column),
            "field": self.field,
            "message": self.message,
            "help": self.help,
        })
    }
}

impl fmt::Display for Finding {
    /// `place: field: message`, and the help on a line of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}
